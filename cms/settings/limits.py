"""How much of everything is accepted."""

from environs import validate

from cms.environment import env

MIB = 1024 * 1024

RATE_LIMITS = env.bool("RATE_LIMITS", True)

IMAGE_MAX_PIXELS = env.int("IMAGE_MAX_PIXELS", 50_000_000, validate=validate.Range(1))
IMAGE_MAX_BYTES = env.int("IMAGE_MAX_BYTES", 10 * MIB, validate=validate.Range(1))
IMAGE_EXTENSIONS = env.extensions("IMAGE_EXTENSIONS", "jpg,jpeg,png,webp,avif,heic,heif,gif")
IMAGE_URL_ALLOWED_HOSTS = env.hosts_and_ports("IMAGE_URL_ALLOWED_HOSTS", "")

FILE_MAX_BYTES = env.int("FILE_MAX_BYTES", 100 * MIB, validate=validate.Range(1))
FILE_QUOTA_BYTES = env.int("FILE_QUOTA_BYTES", 1024 * MIB, validate=validate.Range(1))
FILE_EXTENSIONS_BLOCKED = env.extensions(
    "FILE_EXTENSIONS_BLOCKED", "bat,cmd,com,cpl,exe,hta,jar,lnk,msi,msp,pif,ps1,scr,vbe,vbs,wsf"
)

# How many pictures one multipart request may bring.
IMAGES_PER_REQUEST = 20

# What a request body may weigh: JSON and forms, and multipart with its files.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * MIB
UPLOAD_MAX_BYTES = max(FILE_MAX_BYTES, IMAGES_PER_REQUEST * IMAGE_MAX_BYTES) + DATA_UPLOAD_MAX_MEMORY_SIZE
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # Wagtail's editor sends one for each value of a block
DATA_UPLOAD_MAX_NUMBER_FILES = IMAGES_PER_REQUEST
FILE_UPLOAD_MAX_MEMORY_SIZE = MIB
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
