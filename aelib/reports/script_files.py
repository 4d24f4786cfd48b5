"""A script of plain PyTorch with the images that it loads, so that both run in an empty folder."""

import io
import zipfile

from aelib.experiment import Experiment, digest_of, resolve

from . import images
from .script import script

_TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # fixed, so that the same experiment gives the same file


def script_name(experiment: Experiment) -> str:
    """The name of an experiment's script."""
    return f"autoencoder-{digest_of(experiment)}.py"


def archive(experiment: Experiment) -> bytes:
    """A ZIP file with the script and the images. Raises LabError as `script`."""
    text = script(experiment)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(zipfile.ZipInfo(script_name(experiment), _TIMESTAMP), text, zipfile.ZIP_DEFLATED)
        if name := images.file_of(experiment):
            content = images.packed(resolve(experiment).spec)  # compressed already
            packed.writestr(zipfile.ZipInfo(name, _TIMESTAMP), content, zipfile.ZIP_STORED)
    return out.getvalue()
