"""Training the colour lesson's net on each device of this machine, full and mixed precision; kept in data/devices.json
for pages on servers that have no GPU."""

import torch

from aelib import devices, presets

from .machine import table, write


def main() -> None:
    base = presets.get("house-numbers-autoencoder")
    speeds = []
    for device in devices.here():
        for precision in ("full", "mixed"):
            experiment = base.with_values({"precision": precision})
            runs = [devices.measure(experiment, device, epochs=2 if device == "cpu" else 10) for _ in range(3)]
            speeds.append(min(runs, key=lambda one: one.seconds))
    devices.keep(speeds)
    rows = [[one.device, one.name, one.precision, f"{one.images_a_second:,.0f}", f"{one.batch_size}"] for one in speeds]
    body = (
        f"`house-numbers-autoencoder` ({base.network}, {base.architecture.parameters:,} parameters), batches of "
        f"{base.batch_size} 32x32 colour images that lie on the device; best of 3.\n\n"
        + table(["device", "name", "precision", "images a second", "batch"], rows)
    )
    if not torch.cuda.is_available():
        body += "\n\nNo GPU was at hand: `python -m benchmarks.devices` on a machine with one adds its figures."
    write("devices", "CPU and GPU", body)


if __name__ == "__main__":
    main()
