"""A script of plain PyTorch with the images that it loads, so that both run in an empty folder."""

import io
import zipfile

from aelib.core.language import _
from aelib.experiment import Experiment, digest_of, resolve

from . import images
from .script import script

README = "README.txt"
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # fixed, so that the same experiment gives the same file


def script_name(experiment: Experiment) -> str:
    """The name of an experiment's script."""
    return f"autoencoder-{digest_of(experiment)}.py"


def archive(experiment: Experiment) -> bytes:
    """A ZIP file with the script, the images, and a README in the current language. Raises LabError as `script`."""
    text = script(experiment)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(zipfile.ZipInfo(script_name(experiment), _TIMESTAMP), text, zipfile.ZIP_DEFLATED)
        packed.writestr(zipfile.ZipInfo(README, _TIMESTAMP), readme(experiment), zipfile.ZIP_DEFLATED)
        if name := images.file_of(experiment):
            content = images.packed(resolve(experiment).spec)  # compressed already
            packed.writestr(zipfile.ZipInfo(name, _TIMESTAMP), content, zipfile.ZIP_STORED)
    return out.getvalue()


def readme(experiment: Experiment) -> str:
    """What the ZIP file has, and how to run it."""
    spec, script_file, images_file = resolve(experiment).spec, script_name(experiment), images.file_of(experiment)
    lines = [
        _("{network} on {dataset}", network=experiment.network, dataset=_(spec.title)),
        "",
        _("{file}: trains the network with plain PyTorch and prints its results.", file=script_file),
    ]
    if images_file is not None:
        source, licence = _(spec.source), _(spec.licence)
        lines.append(
            _(
                "{file}: the images. Source: {source}; licence: {licence}",
                file=images_file,
                source=source,
                licence=licence,
            )
        )
    lines += [
        "",
        _("Unpack everything into one folder. Its first lines say what the script needs. Then run there:"),
        "",
        f"    python {script_file}",
    ]
    return "\n".join(lines) + "\n"
