"""Training speed of the colour lesson's net on each device of this machine, in full and mixed precision, with the batch
sizes of the lesson and of document C's GPU row. Stored in data/devices.json for pages on servers without a GPU."""

from aelib.experiment import Experiment, presets, resolve
from aelib.training import device_speed

from .machine import table, write


def main() -> None:
    base = presets.get("house-numbers-autoencoder")
    large = presets.get("svhn-gpu").with_values({"dataset": base.dataset})
    speeds = []
    for device in device_speed.here():
        for experiment in (base, large):
            for precision in ("full", "mixed"):
                wanted = experiment.with_values({"precision": precision})
                runs = [device_speed.measure(wanted, device, epochs=4 if device == "cpu" else 20) for _ in range(3)]
                speeds.append(min(runs, key=lambda one: one.seconds))
    device_speed.save(speeds)
    write("devices", "CPU and GPU", report(base, large))


def report(base: Experiment, large: Experiment) -> str:
    """The stored speeds of all machines, those measured before included."""
    speeds = device_speed.stored()
    rows = [
        [one.name, one.machine, one.torch, one.precision, f"{one.batch_size}", f"{one.images_a_second:,.0f}"]
        for one in speeds
    ]
    body = (
        f"{base.network}, {resolve(base).architecture.parameters:,} parameters, on 32x32 colour images on the device "
        f"(`house-numbers-autoencoder` has batches of {base.batch_size}, `svhn-gpu` of {large.batch_size}); best of 3. "
        "Figures of other machines stay from when they were measured there.\n\n"
        + table(["device", "machine", "torch", "precision", "batch", "images a second"], rows)
    )
    if not any(one.device == "cuda" for one in speeds):
        body += "\n\nNo GPU was available: `python -m benchmarks.devices` on a machine with one adds its figures."
    return body


if __name__ == "__main__":
    main()
