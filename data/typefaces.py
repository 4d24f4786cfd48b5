"""The typefaces that the bundled letters and house numbers are drawn with, all of them open.

    apt-get download PACKAGE...  # those of FAMILIES, from Debian 12 (bookworm), section main; nothing is installed

The first 42 families are to train on, the next 18 to validate with, the last 10 to test with, so that what a net is
judged by is of a typeface that it has not seen.
"""

import random
import subprocess
from pathlib import Path

PARTS = (42, 18, 10)
ORDER = 5  # seed of the families' order

OFL, APACHE, VERA, PUBLIC = "SIL Open Font License 1.1", "Apache License 2.0", "Bitstream Vera licence", "public domain"
# family: package, its faces' files (without ending), licence of the font as the package states it
FAMILIES = {
    "Lato": ("fonts-lato", "Lato-Regular Lato-BlackItalic Lato-Light Lato-Bold", OFL),
    "Open Sans": (
        "fonts-open-sans",
        "OpenSans-Regular OpenSans-ExtraBold OpenSans-LightItalic OpenSans-CondBold",
        APACHE,
    ),
    "Roboto": ("fonts-roboto-unhinted", "Roboto-Regular Roboto-Black Roboto-ThinItalic Roboto-Bold", APACHE),
    "Roboto Condensed": ("fonts-roboto-unhinted", "RobotoCondensed-Regular RobotoCondensed-BoldItalic", APACHE),
    "DejaVu Sans": ("fonts-dejavu-core", "DejaVuSans DejaVuSans-Bold", VERA),
    "DejaVu Serif": ("fonts-dejavu-core", "DejaVuSerif DejaVuSerif-Bold", VERA),
    "Cantarell": ("fonts-cantarell", "Cantarell-Regular Cantarell-ExtraBold Cantarell-Thin", OFL),
    "Comfortaa": ("fonts-comfortaa", "Comfortaa-Regular Comfortaa-Bold Comfortaa-Light", OFL),
    "Carlito": ("fonts-crosextra-carlito", "Carlito-Regular Carlito-BoldItalic Carlito-Bold Carlito-Italic", OFL),
    "Caladea": ("fonts-crosextra-caladea", "Caladea-Regular Caladea-BoldItalic Caladea-Bold Caladea-Italic", APACHE),
    "EB Garamond": ("fonts-ebgaramond", "EBGaramond12-Regular EBGaramond12-Bold EBGaramond12-Italic", OFL),
    "Fira Code": ("fonts-firacode", "FiraCode-Regular FiraCode-Bold FiraCode-Light", OFL),
    "Lobster": ("fonts-lobster", "lobster", OFL),
    "Lobster Two": ("fonts-lobstertwo", "LobsterTwo-Regular LobsterTwo-Bold LobsterTwo-Italic", OFL),
    "Linux Libertine": ("fonts-linuxlibertine", "LinLibertine_R LinLibertine_RB LinLibertine_RI LinLibertine_RBI", OFL),
    "Linux Libertine Display": ("fonts-linuxlibertine", "LinLibertine_DR", OFL),
    "Linux Biolinum": ("fonts-linuxlibertine", "LinBiolinum_R LinBiolinum_RB LinBiolinum_RI", OFL),
    "Junicode": (
        "fonts-junicode",
        "JunicodeTwoBeta-BoldItalic JunicodeTwoBeta-Expanded JunicodeTwoBeta-CondensedLight",
        OFL,
    ),
    "Gentium": ("fonts-sil-gentium", "Gentium-R Gentium-I", OFL),
    "Gentium Book Basic": ("fonts-sil-gentium-basic", "GenBkBasR GenBkBasB GenBkBasI GenBkBasBI", OFL),
    "Cabin": ("fonts-cabin", "Cabin-Regular Cabin-Bold Cabin-Italic Cabin-BoldItalic", OFL),
    "Quicksand": ("fonts-quicksand", "Quicksand-Regular Quicksand-Bold Quicksand-Light", OFL),
    "Vollkorn": ("fonts-vollkorn", "Vollkorn-Regular Vollkorn-Black Vollkorn-Italic Vollkorn-BoldItalic", OFL),
    "Courier Prime": ("fonts-courier-prime", "Courier-Prime Courier-Prime-Bold Courier-Prime-Italic", OFL),
    "Courier Prime Sans": ("fonts-courier-prime", "Courier-Prime-Sans Courier-Prime-Sans-Bold", OFL),
    "Dancing Script": ("fonts-dancingscript", "DancingScript-Regular DancingScript-Bold", OFL),
    "Yanone Kaffeesatz": (
        "fonts-yanone-kaffeesatz",
        "YanoneKaffeesatz-Regular YanoneKaffeesatz-Bold YanoneKaffeesatz-ExtraLight",
        OFL,
    ),
    "Fantasque Sans Mono": (
        "fonts-fantasque-sans",
        "FantasqueSansMono-Regular FantasqueSansMono-Bold FantasqueSansMono-Italic",
        OFL,
    ),
    "Play": ("fonts-play", "Play-Regular Play-Bold", OFL),
    "Andika": ("fonts-sil-andika", "Andika-Regular Andika-Bold Andika-Italic", OFL),
    "Charis SIL": ("fonts-sil-charis", "CharisSIL-Regular CharisSIL-Bold CharisSIL-Italic CharisSIL-BoldItalic", OFL),
    "Goudy Bookletter 1911": ("fonts-goudybookletter", "GoudyBookletter1911", PUBLIC),
    "Prociono": ("fonts-prociono", "Prociono", PUBLIC),
    "Tuffy": ("fonts-tuffy", "Tuffy Tuffy_Bold Tuffy_Italic Tuffy_Bold_Italic", PUBLIC),
    "Bebas Neue": ("fonts-bebas-neue", "BebasNeue-Regular BebasNeue-Bold BebasNeue-Thin", OFL),
    "Averia Sans": ("fonts-averia-sans-gwf", "AveriaSansGWF-Regular AveriaSansGWF-Bold AveriaSansGWF-LightItalic", OFL),
    "Averia Serif": (
        "fonts-averia-serif-gwf",
        "AveriaSerifGWF-Regular AveriaSerifGWF-Bold AveriaSerifGWF-LightItalic",
        OFL,
    ),
    "B612": ("fonts-b612", "B612-Regular B612-Bold B612-Italic B612-BoldItalic", OFL),
    "B612 Mono": ("fonts-b612", "B612Mono-Regular B612Mono-Bold", OFL),
    "Blankenburg": ("fonts-blankenburg", "Blankenburg_UNZ1A", OFL),
    "Because We Learn": ("fonts-bwht", "BecauseWeLearn-Regular", OFL),
    "Because We Create": ("fonts-bwht", "BecauseWeCreate-Regular", OFL),
    "Cardo": ("fonts-cardo", "Cardo104s Cardob101 Cardoi99", OFL),
    "Compagnon": ("fonts-compagnon", "Compagnon-Roman Compagnon-Bold Compagnon-Italic Compagnon-Light", OFL),
    "Arimo": ("fonts-croscore", "Arimo-Regular Arimo-Bold Arimo-Italic Arimo-BoldItalic", OFL),
    "Tinos": ("fonts-croscore", "Tinos-Regular Tinos-Bold Tinos-Italic Tinos-BoldItalic", OFL),
    "Cousine": ("fonts-croscore", "Cousine-Regular Cousine-Bold Cousine-Italic", OFL),
    "Humor Sans": ("fonts-humor-sans", "Humor-Sans", OFL),
    "Inter": ("fonts-inter", "Inter-Regular Inter-Black Inter-ThinItalic Inter-BoldItalic", OFL),
    "Karla": ("fonts-karla", "Karla-Regular Karla-ExtraBold Karla-LightItalic", OFL),
    "Klaudia": ("fonts-klaudia-berenika", "Klaudia Klaudia-Bold Klaudia-Oblique", OFL),
    "Berenika": ("fonts-klaudia-berenika", "Berenika Berenika-Bold Berenika-Oblique", OFL),
    "Kristi": ("fonts-kristi", "Kristi", OFL),
    "JetBrains Mono": (
        "fonts-jetbrains-mono",
        "JetBrainsMono-Regular JetBrainsMono-ExtraBold JetBrainsMono-ThinItalic",
        APACHE,
    ),
    "League Mono": ("fonts-league-mono", "LeagueMono-Regular LeagueMono-ExtraBold LeagueMono-Thin", OFL),
    "Le Murmure": ("fonts-le-murmure", "le-murmure", OFL),
    "Leckerli One": ("fonts-leckerli-one", "LeckerliOne-Regular", OFL),
    "Manrope": ("fonts-manrope", "Manrope-Regular Manrope-ExtraBold Manrope-ExtraLight", OFL),
    "Monofur": ("fonts-monofur", "monof55 monof56", OFL),
    "Mononoki": ("fonts-mononoki", "mononoki-Regular mononoki-Bold mononoki-Italic", OFL),
    "M+ 1": ("fonts-mplus", "Mplus1-Regular Mplus1-Black Mplus1-Thin", OFL),
    "M+ 2": ("fonts-mplus", "Mplus2-Medium Mplus2-Black Mplus2-Light", OFL),
    "National Park": (
        "fonts-national-park",
        "NationalPark-Regular NationalPark-Heavy NationalPark-Thin NationalPark-Outline",
        OFL,
    ),
    "Asana Math": ("fonts-oflb-asana-math", "Asana-Math", OFL),
    "Okolaks": ("fonts-okolaks", "okolaksRegular okolaksBold okolaksRegularItalic", OFL),
    "Sora": ("fonts-sora", "Sora-Regular Sora-ExtraBold Sora-Thin", OFL),
    "Noto Sans": ("fonts-noto-core", "NotoSans-Regular NotoSans-Black NotoSans-ThinItalic NotoSans-BoldItalic", OFL),
    "Linden Hill": ("fonts-lindenhill", "LindenHill LindenHill-Italic", "MIT licence"),
    "Noto Serif": ("fonts-noto-core", "NotoSerif-Regular NotoSerif-Bold NotoSerif-Italic NotoSerif-BoldItalic", OFL),
    "Noto Sans Display": (
        "fonts-noto-core",
        "NotoSansDisplay-Regular NotoSansDisplay-Bold NotoSansDisplay-Italic",
        OFL,
    ),
}


def faces(debs: Path, root: Path) -> dict[str, list[Path]]:
    """The files of each family that can be found, unpacked below `root`, in the order of the parts. Raises SystemExit
    for a family of which there is none."""
    for deb in debs.glob("*.deb"):
        subprocess.run(["dpkg", "-x", deb, root], check=True)
    files: dict[str, Path] = {}
    for path in sorted(root.glob("usr/share/fonts/**/*")):
        if path.suffix.lower() in (".ttf", ".otf"):
            files.setdefault(path.stem.replace(" ", "-"), path)
    found = {}
    for family, (package, names, _) in FAMILIES.items():
        found[family] = [files[name] for name in names.split() if name in files]
        if not found[family]:
            raise SystemExit(f"{family} is not there: apt-get download {package}")
    order = sorted(found)
    random.Random(ORDER).shuffle(order)
    return {family: found[family] for family in order}


def listing(debs: Path, found: dict[str, list[Path]]) -> str:
    """FONTS.md. A package's version is in its file's name."""
    versions = {deb.name.split("_")[0]: deb.name.split("_")[1].replace("%3a", ":") for deb in debs.glob("*.deb")}
    lines = [
        "# Typefaces of the bundled letters and house numbers",
        "",
        "All from Debian 12 (bookworm), section main; licence of the font as the package's copyright file states it. "
        "These",
        "licences do not extend to pictures made with the fonts (the Open Font License says so in its FAQ, 1.15); "
        "the pictures",
        "are MIT like the project. In the order of the rows: 42 families to train on, 18 to validate with, 10 to "
        "test with.",
        "",
        "| family | faces | Debian package | version | licence |",
        "| --- | --- | --- | --- | --- |",
    ]
    for family in found:
        package, _, licence = FAMILIES[family]
        names = ", ".join(path.stem for path in found[family])
        lines.append(f"| {family} | {names} | {package} | {versions[package]} | {licence} |")
    return "\n".join(lines) + "\n"
