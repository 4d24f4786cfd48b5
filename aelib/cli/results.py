"""The results of runs in a few lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aelib.analysis import judged
from aelib.analysis.reconstruction import decibels
from aelib.core.durations import duration_text
from aelib.core.language import N_, _, number
from aelib.datasets import WRONG_PIXEL

if TYPE_CHECKING:
    from aelib.training import Run


def print_result(document: dict[str, Any], runs: list[Run]) -> None:
    """Print the results in a few lines. document: as printed with --json."""
    source = _("trained in {duration}", duration=duration_text(document["seconds"]))
    if document["cached"]:
        source = _("from the store")
    if len(runs) == 1:
        run = runs[0]
        print(_("run {digest} on {device}, {source}", digest=run.digest, device=run.device, source=source))
        size = N_("{epochs:,} epochs, {parameters:,} parameters, loss {loss:.6f}")
        print(_(size, epochs=run.epochs, parameters=run.parameters, loss=run.loss))
        print(_result_line(run))
        wrong = {name: count for name, count in run.metrics.get("wrong_pixels", {}).items() if count > 1}
        if wrong:
            listed = ", ".join(f"{name} {count}" for name, count in wrong.items())
            print(_("more than 1 wrong pixel: {listed}", listed=listed))
    else:
        means = N_("{count} runs on {device}, {source}; mean ± std over seeds:")
        print(_(means, count=len(runs), device=document["device"], source=source))
        for name in ("learnt", "mse", "psnr", "elbo", "recon_loss", "kl"):
            if spread := document["metrics"].get(name):
                figure = f"{name} {number(spread['mean'], '.4g')} ± {number(spread['std'], '.2g')}"
                total = runs[0].metrics["total"] if name == "learnt" else None
                print(figure if total is None else _("{figure} of {total}", figure=figure, total=total))
        loss = document["loss"]
        print(_("loss {mean:.6f} ± {std:.6f}", mean=loss["mean"], std=loss["std"]))


def _result_line(run: Run) -> str:
    """The results of a run in one line."""
    found, described = run.metrics, run.spec
    if described.memorised:
        learnt, total = found["learnt"], found["total"]
        parts = [_("{learnt} of {total} learnt (at most 1 pixel wrong)", learnt=learnt, total=total)]
        if described.wrong_pixel != WRONG_PIXEL:
            text = N_("{learnt} of {total} learnt (at most 1 pixel off by {threshold:g} or more)")
            parts = [_(text, learnt=learnt, total=total, threshold=described.wrong_pixel)]
    else:
        text = N_("MSE {mse:.5f}, PSNR {psnr:.1f} dB over {images:,} held-out images")
        parts = [_(text, mse=found["mse"], psnr=decibels.psnr(run), images=found["images"])]
    if "elbo" in found:
        text = N_(
            "ELBO {elbo:.3f}: recon_loss {recon_loss:.3f}, KL {kl:.3f}, {active} of {latent} latent dimensions active"
        )
        values = {name: found[name] for name in ("elbo", "recon_loss", "kl", "active")}
        parts.append(_(text, latent=run.latent_dim, **values))
    parts += [f"{name} {number(value, '.4g')}" for name, value in judged.figures(run).items()]
    return "; ".join(parts)
