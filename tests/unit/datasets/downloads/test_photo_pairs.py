"""Folders of pairs of photographs: real, incomplete, damaged, and such that do not match."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets.downloads import photo_pairs
from tests.support.datafiles import refused
from tests.support.pictures import claims


def put_pairs(root: Path, factor: int = 1, side: int = 128, count: int = 3) -> None:
    for part in photo_pairs.PARTS:
        for number in range(count):
            high = Image.effect_noise((side, side), 60).convert("RGBA")
            for name, picture in (("high_res", high), ("low_res", high.resize((side // factor,) * 2))):
                (root / part / name).mkdir(parents=True, exist_ok=True)
                picture.save(root / part / name / f"{number}.png")


def test_photo_pairs_are_cut_into_patches(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_DATA", str(real_data))
    described, images = datasets.spec("photo_pairs"), datasets.load("photo_pairs")
    assert described.splits == (1920, 640, 0)
    assert (described.paired, described.shape, described.shown_shape) == (True, (3, 64, 64), (3, 64, 64))
    for side, tensor in (("high_res", images.pixels), ("low_res", images.shown)):
        picture = np.asarray(Image.open(real_data / "sr_pairs" / "val" / side / "2.png").convert("RGB"))
        row, column = 1, 3
        expected = picture[row * 64 : row * 64 + 64, column * 64 : column * 64 + 64].transpose(2, 0, 1)
        assert np.array_equal(tensor[1920 + 2 * 16 + 4 * row + column].numpy(), expected), side
    psnr = 10 * torch.log10(1 / (images.images() - images.shown / 255).square().mean())
    assert 20 < float(psnr) < 40, "a pair is one picture"


@pytest.mark.parametrize(("factor", "side", "small"), [(1, 64, 64), (2, 64, 32), (3, 48, 16), (4, 64, 16)])
def test_the_poor_side_may_be_smaller(factor: int, side: int, small: int, data: Path) -> None:
    put_pairs(data / "photo_pairs", factor, side=side * 2)
    images = datasets.load("photo_pairs")
    assert tuple(images.pixels.shape) == (24, 3, side, side)
    assert tuple(images.shown.shape) == (24, 3, small, small)
    assert datasets.spec("photo_pairs").input_shape == (3, small, small)


def test_pairs_lie_in_any_of_four_folders(data: Path, home: Path) -> None:
    assert str(data / "photo_pairs") in refused("photo_pairs")
    for root in (home / "downloads" / "photo_pairs", data, data / "photo_pairs", data / "sr_pairs"):
        put_pairs(root, count=1)
        assert len(datasets.load("photo_pairs")) == 8
        before = datasets.spec("photo_pairs").content
        put_pairs(root, count=2)
        assert datasets.spec("photo_pairs").content not in (before, "")


def test_pairs_that_do_not_match_are_refused(data: Path) -> None:
    root = data / "sr_pairs"
    put_pairs(root)
    low, high = root / "train" / "low_res", root / "train" / "high_res"
    (low / "2.png").rename(low / "7.png")
    assert "2.png has no partner" in refused("photo_pairs")
    (low / "7.png").rename(low / "2.png")
    Image.new("RGB", (64, 128)).save(high / "1.png")
    assert "1.png is 128x128 and its good side 64x128" in refused("photo_pairs")
    (high / "1.png").write_bytes(b"no picture")
    assert "1.png is not a picture" in refused("photo_pairs")
    (high / "1.png").write_bytes((high / "0.png").read_bytes()[:200])
    with pytest.raises(LabError, match=r"1\.png is a damaged picture"):
        datasets.load("photo_pairs")
    (low / "0.png").write_bytes(b"no picture")
    assert "0.png is not a picture" in refused("photo_pairs")
    for size in ((256, 256), (96, 96), (1, 1), (64, 32)):
        Image.new("RGB", size).save(low / "0.png")
        assert f"0.png is {size[0]}x{size[1]}" in refused("photo_pairs")
    for width in (20_000, 9_000):
        (low / "0.png").write_bytes(claims(width, 10_000))
        assert "16,000,000" in refused("photo_pairs")
    shutil.rmtree(root / "val" / "low_res")
    shutil.rmtree(root / "val" / "high_res")
    put_pairs(root / "spare")
    assert "val has no pairs" in refused("photo_pairs")


def test_pairs_are_found_as_a_mac_and_a_camera_leave_them_and_may_differ_in_size(data: Path) -> None:
    sizes = {"1.PNG": (130, 70), "2.jpg": (64, 64), "3.JPEG": (200, 140)}
    for part, side in ((part, side) for part in ("train", "val") for side in ("low_res", "high_res")):
        folder = data / "photo_pairs" / part / side
        folder.mkdir(parents=True)
        for name, size in sizes.items():
            ending = name if side == "high_res" else f"{name.partition('.')[0]}.bmp"  # the stem says what is a pair
            Image.new("RGB", size, "red").save(folder / ending)
            (folder / f"._{name}").write_bytes(b"\0\5\x16\7")
    described, images = datasets.spec("photo_pairs"), datasets.load("photo_pairs")
    assert described.splits == (2 + 1 + 6, 9, 0)
    assert described.classes == 6
    assert images.names[:3] == ("train 1 (patch 0)", "train 1 (patch 1)", "train 2 (patch 0)")
    assert int(images.pixels[:, 0].min()) > 240
