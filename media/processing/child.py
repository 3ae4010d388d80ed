"""The process that decodes: `python -m media.processing.child`, started by `media.processing.parent`.

It waits on the socket that is its standard input. For each job it gets three open files (the bytes as sent, the file
for the results, a socket for the answer) and forks. The forked process limits itself, does the one job and is gone.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import traceback
import warnings

from media.processing import bounds, reading, writing

LONGEST_JOB = 65_536
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


def main() -> None:
    """Fork for each job until the parent is gone."""
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps what has ended
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=0) as control:
        while True:
            job, files, _, _ = socket.recv_fds(control, LONGEST_JOB, 3)
            if not job:
                return
            pid = os.fork()
            if pid == 0:
                control.close()
                _work(json.loads(job), *files)
            for file in files:
                os.close(file)
            control.sendall(b"!")


def _work(job: dict, source: int, result: int, answer: int) -> None:
    """Do one job and end the process."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what decoders print of strangers' bytes is of no use
        bounds.confine()
        reply = _reply(job, source, result)
        with socket.socket(fileno=answer) as parent:
            parent.sendall(json.dumps(reply).encode())
    except BaseException:
        os._exit(1)
    os._exit(0)


def _reply(job: dict, source: int, result: int) -> dict:
    try:
        with open(source, "rb") as file, open(result, "wb") as out:
            return make(job, file, out)
    except reading.Refused as refused:
        return {"refused": [refused.code, refused.detail]}
    except OSError as error:
        if error.errno in NO_SPACE:
            return {"no_space": True}
        return {"undecodable": traceback.format_exc(limit=-3)}
    except Exception:
        return {"undecodable": traceback.format_exc(limit=-3)}


def make(job: dict, file, out) -> dict:
    """Decode once; write the original (unless `job["original"]` is false) and the renditions; say what was made."""
    source = reading.open_picture(file, most_pixels=job["max_pixels"])
    animate = job["original"] and job["format"] in (None, "webp")
    developed = reading.develop(source, rotate=job["rotate"], max_width=job["max_width"], animate=animate)
    output = writing.Output(out)
    if job["original"]:
        writing.write_original(output, source, developed, format=job["format"])
    writing.write_renditions(output, developed.first, job["specs"], focal_point=job["focal_point"])
    return {"placeholder": writing.placeholder(developed.first), "parts": [vars(part) for part in output.parts]}


if __name__ == "__main__":
    main()
