"""Lesson: images kept in few bits by convolutional autoencoders."""

from aelib.training import Run
from aelib.ui.lessons import compression
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import feature_maps, run_views

lesson = LessonPage(
    "compression",
    "The code is all that the decoder gets to see. If you have the decoder, you need only the code, and an autoencoder "
    "is a way to **keep images in fewer bits**. How few are enough to read a letter? And is it a better way than JPEG?",
    after="what is left of the letters, four codes side by side, the code rounded to one bit a number, JPEG, WebP and "
    "PCA as baselines, and what every layer makes of an image.",
)
run = lesson.run()

with lesson.section(
    "What the code keeps",
    "Held-out images, above what the decoder makes of their codes. Which parts of a letter survive, and "
    "which are smoothed away? Look for typefaces that the net turns into plainer ones.",
):
    compression.compared(run, f"{lesson.key}:compared")

with lesson.section(
    "How it learnt",
    "Do the two curves part? Then the net remembers its training images better than it knows letters.",
):
    run_views.error_curves(run, lesson.key)

others: list[Run] = []
with lesson.section(
    "Four codes",
    "The same images through 14x14, 7x7, 2x2 and 1x1 numbers (images of 28x28; others have codes a little larger or "
    "smaller). Before you train them: at which code can you no longer "
    "tell the letters apart? Mind the largest: at 32 bits a number, does it save anything at all?",
):
    others = compression.four_codes(run, f"{lesson.key}:codes")

with lesson.section(
    "Fewer bits a number",
    "Nobody says that a number of the code needs 32 bits. Here each is rounded to 2, 4, 8 … values; nothing is trained "
    "again. How far down can you go before you see it?",
):
    compression.fewer_bits(run, f"{lesson.key}:fewer")

with lesson.section(
    "Against JPEG, WebP and PCA",
    "Every point is a way to keep an image: the further left, the fewer bits; the higher, the better the image. An "
    "image file begins with a header, which for images as small as these is most of the file, so the files are counted "
    "**with** and **without** it. Where do the nets win, and is the comparison fair?",
):
    compression.against_codecs(run, others, f"{lesson.key}:rates")

with lesson.section(
    "What the layers see",
    "One image on its way through the net: every step gives maps, and each map answers to something else. Which react "
    "to edges, which to filled areas? Can you still find the letter in the code?",
):
    feature_maps.features(run, f"{lesson.key}:features")

lesson.hand_in(run)
