# SPDX-License-Identifier: MIT
"""Writing results to files; a file that is not a result of this package is replaced only on request.

A new file is written beside the old one and takes its place when it is whole, so that a full disk leaves the old one.
Links are followed; devices and pipes are written to as they are.
"""

import contextlib
import os
import stat


def write_file(path, data, is_ours, overwrite):
    """Writes data (bytes) to path.

    is_ours(path): whether an existing file is a result of the same kind, which may be replaced.
    overwrite: replace any file. Without it FileExistsError is raised for a file that is not ours.
    """
    target = os.path.realpath(os.fspath(path))
    if os.path.isdir(target):
        raise IsADirectoryError(f"{os.fspath(path)!r} is a folder; give the name of a file")
    if not os.path.exists(target):
        _replace(target, data, None)
        return
    found = os.stat(target)
    if not stat.S_ISREG(found.st_mode):
        _write(target, data)
        return
    if found.st_size > 0 and not overwrite and not is_ours(target):
        raise FileExistsError(
            f"{os.fspath(path)!r} exists and is no result that this method wrote; choose another name, or say overwrite=True"
        )
    _replace(target, data, found)


def _write(target, data):
    with open(target, "wb") as file:
        file.write(data)


def _replace(target, data, found):
    """Puts a new file in the place of target with the permissions of the old one, where the folder allows it."""
    beside = os.path.join(os.path.dirname(target), f".nlsq-{os.urandom(8).hex()}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError:  # no new file can be created there, but the old one may be writable
        _write(target, data)
        return
    try:
        with open(handle, "wb") as file:
            file.write(data)
        if found is not None:
            os.chmod(beside, stat.S_IMODE(found.st_mode))
            with contextlib.suppress(OSError):
                os.chown(beside, found.st_uid, found.st_gid)
        os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
