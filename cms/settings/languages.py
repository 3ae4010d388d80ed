"""Languages and time."""

from django.utils.translation import gettext_lazy as _

from cms.environment import BASE_DIR
from cms.settings.paths import DATA_DIR
from cms.translations import compiled

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LOCALE_PATHS = [compiled(source=BASE_DIR / "locale", target=DATA_DIR / "locale")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
