"""The pages of the app, in the order of the navigation."""

# (file, label, icon, what it is about), in the order of the course
LESSONS = [
    (
        "pages/dense.py",
        "Dense autoencoder",
        ":material/hub:",
        "32 characters of a 5x7 font through a code of two numbers: which are learnt, which are confused, and what "
        "lies between them.",
    ),
    (
        "pages/denoising.py",
        "Denoising",
        ":material/blur_off:",
        "The same characters with noise on them: how much of it the network takes off, and where it stops being "
        "useful.",
    ),
    (
        "pages/emoji.py",
        "Variational: emoji",
        ":material/add_reaction:",
        "Codes that are distributions: emoji that turn into each other, mix under the pointer, and come out of "
        "nothing.",
    ),
    (
        "pages/digits.py",
        "Variational: digits",
        ":material/bubble_chart:",
        "Handwritten digits fill the plane, epoch by epoch: what the prior does, what β costs, and digits that nobody "
        "wrote.",
    ),
    (
        "pages/compression.py",
        "Compression",
        ":material/compress:",
        "Convolutional nets keep letters in a handful of numbers: what is lost, how few bits are enough, and when JPEG "
        "is the better choice.",
    ),
    (
        "pages/restoring.py",
        "Restoring digits",
        ":material/auto_fix_high:",
        "Digits under heavy noise: what a network restores, what it invents, and two classical filters that need no "
        "training beside it.",
    ),
    (
        "pages/colour.py",
        "Colour",
        ":material/palette:",
        "House numbers in colour: copy, restore, look into the layers, and time a CPU against a GPU.",
    ),
    (
        "pages/super_resolution.py",
        "Super-resolution",
        ":material/zoom_in:",
        "Small photographs made large, blurred ones sharp: layers, kernels and activations against bicubic.",
    ),
]
SWEEPS = ("pages/sweeps.py", "Sweeps", ":material/ssid_chart:")
LAB = ("pages/lab.py", "Lab", ":material/science:")
COMPARE = ("pages/compare.py", "Compare", ":material/compare:")
DOCUMENTS = ("pages/documents.py", "From the documents", ":material/menu_book:")
RUNS = ("pages/runs.py", "Runs", ":material/leaderboard:")
TOOLS = (LAB, COMPARE, SWEEPS, DOCUMENTS, RUNS)
HOME = ("app.py", "Home", ":material/home:")
