"""The texts that the parts of the theory pages write in the browser, by module: `say` of controls.js looks them up in
the session's language. A text that is missing here is shown in English; a test finds it."""

from aelib.core.language import N_

WORDS: dict[str, tuple[str, ...]] = {
    "chart.js": (N_("This browser has no canvas to draw on. The numbers beside it are the same."),),
    "checkerboard.js": (
        N_("How often each pixel of the output is written"),
        N_("{n}x{n} numbers become {m}x{m}: (n − 1)·stride + kernel."),
        N_("The kernel is smaller than the stride, so some pixels are never written: holes."),
        N_(
            "Away from the border every pixel is written {times} times: {kernel} is a multiple of {stride}, "
            "and there is no checkerboard."
        ),
        N_(
            "Away from the border pixels are written {times} times: {kernel} is no multiple of {stride}, and "
            "the pattern is a checkerboard, which the net must learn to undo."
        ),
        N_("Kernel"),
        N_("Stride"),
        N_("As in:"),
    ),
    "controls.js": (
        N_("not a number"),
        N_(
            "Row {row}, column {column} has “{text}”, which is no number up to a million. Write one such as "
            "−1, 0.5 or 1/9; until then the last numbers stay."
        ),
        N_("{name}, row {row}, column {column}"),
        N_("Pause"),
        N_("Play"),
    ),
    "curves.js": (
        N_("PReLU’s slope a"),
        N_("function"),
        N_("Choose a function above."),
        N_("At z = {z}: {values}"),
        N_("Functions"),
    ),
    "depth.js": (
        N_("Gradient that is left, as a logarithm, over the layers"),
        N_("layers"),
        N_("log₁₀ |gradient|"),
        N_("unchanged"),
        N_("gone: exactly 0 from layer {n} on"),
        N_("stays"),
        N_("vanishes"),
        N_("shrinks"),
        N_("explodes"),
        N_("grows"),
        N_("function"),
        N_("|gradient| after {n} layers"),
        N_("so it"),
        N_("Choose a function above."),
        N_("{name}: {size} after {n} layers, {verdict}"),
        N_("Functions"),
        N_("Layers"),
        N_("Weight w"),
        N_("Input"),
    ),
    "descent.js": (
        N_("Loss surface through the net’s weights, with a ball for each optimiser"),
        N_("from the start (0) to the trained net (1)"),
        N_("towards its way"),
        N_("start"),
        N_("epoch {n}"),
        N_("trained"),
        N_("left the map"),
        N_("after {n} steps"),
        N_("optimiser"),
        N_("place"),
        N_("loss after {n} steps"),
        N_("Choose an optimiser above."),
        N_("Diverged with rate {rate}: {names}. Choose a smaller rate; the others go on."),
        N_("The net is being trained in your browser: epoch {n} of {total}."),
        N_("The weights of this run are not finite, so there is no surface to draw: train it with a smaller rate."),
        N_("Computing the surface: {n}%."),
        N_("A run of the store"),
        N_("A net that your browser has trained with the same engine"),
        N_(
            "{net}: loss {start} at its start, {end} trained. {n} nets make this map; dark is a small loss. "
            "Press somewhere on it to drop the balls there."
        ),
        N_("Drop at: from start to trained"),
        N_("Drop at: across"),
        N_("Optimisers"),
        N_("One step"),
        N_("Drop again"),
        N_("Rate"),
        N_("Momentum"),
    ),
    "gallery.js": (
        N_("Made by hand"),
        N_("Learnt: {name}"),
        N_("{kernels}: orange adds, blue subtracts."),
    ),
    "gaussians.js": (
        N_("Two Gaussians, q and p, and below them the integrand of KL(q‖p)"),
        N_("density"),
        N_(
            "KL(q‖p) = {kl} nats; the other way round, KL(p‖q) = {back}. The shaded area, below the line "
            "counted as negative, is KL(q‖p)."
        ),
        N_("Mean of q"),
        N_("Deviation of q"),
        N_("Mean of p"),
        N_("Deviation of p"),
        N_("p is the standard normal"),
        N_("q on p"),
    ),
    "handmade.js": (
        N_("contrast"),
        N_("identity"),
        N_("upright edges"),
        N_("flat edges"),
        N_("all edges"),
        N_("blur"),
        N_("soft blur"),
        N_("sharpen"),
        N_("emboss"),
        N_("blur, 5x5"),
    ),
    "histograms.js": (
        N_("layer {n}"),
        N_("Histograms of activations (above) and of gradients (below), one for each hidden layer"),
        N_("The weights are no longer finite: choose another start, or press Restart with another seed."),
        N_("Epoch {n}, loss {loss}. The gradient of the first hidden layer is {ratio} times that of the last one."),
        N_("of each layer"),
        N_("spread of activations"),
        N_("spread of gradients"),
        N_("flat (slope below {least})"),
        N_("{n}%"),
        N_("Activation"),
        N_("Start"),
        N_("Batch norm"),
        N_("1 epoch"),
        N_("100 epochs"),
        N_("Restart with another seed"),
    ),
    "holes.js": (
        N_(
            "Epoch {n}: {learnt} of {total} learnt. Of {draws} codes drawn between them, {good} decode to a "
            "character (at most one wrong pixel); {grey}% of their pixels are grey."
        ),
        N_("Without a KL"),
        N_("Variational"),
        N_("{net}: what the decoder makes of the plane, and the codes"),
        N_("The loss is no longer a finite number: choose a smaller β."),
        N_("Variational, β {beta}"),
        N_("200 epochs"),
        N_("Restart with another seed"),
    ),
    "kernels.js": (
        N_("The image, with the window of the kernel"),
        N_("What the kernel makes of it"),
        N_("Size: ⌊(n + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. Rows: {rows}; columns the same."),
        N_("Size: ⌊(n + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. Rows: {rows}; columns: {columns}."),
        N_(
            "The window is larger than the image with its padding: choose a smaller kernel or dilation, or "
            "more padding."
        ),
        N_("Output row {row}, column {column}:"),
        N_("Values: image {low} to {high}, output {least} to {most}."),
        N_("Window at row {row}, column {column}"),
        N_("There the sum is {value}"),
        N_("Kernel"),
        N_("Row"),
        N_("Column"),
        N_("{kernel} (the example)"),
        N_("your own numbers"),
        N_("Image"),
        N_("Paint on the image"),
        N_("Flip the pixel in the middle of the window"),
        N_("Stride"),
        N_("Padding"),
        N_("Dilation"),
    ),
    "loader.js": (
        N_(
            "This part of the page does not run in this browser: a current Firefox, Chrome, Edge or Safari "
            "shows it. The rest of the page goes on."
        ),
    ),
    "log_variance.js": (
        N_("s is {name}"),
        N_("KL to the standard normal over the number s that the net gives"),
        N_("s, the number that the net gives"),
        N_("none"),
        N_("none: no variance is negative or 0"),
        N_("the net gives"),
        N_("slope of the KL"),
    ),
    "one_step.js": (
        N_("Forward"),
        N_("Loss"),
        N_("Backward"),
        N_("Update"),
        N_("The whole net: two pixels, one code number, two pixels"),
        N_("The weights are no longer finite: choose a smaller rate, and press Restart with another seed."),
        N_("Step {n}. Loss {loss}. Next: {phase}."),
        N_("Weights: {names}"),
        N_("Pixel {name}"),
        N_("Whole step"),
        N_("100 steps"),
        N_("Restart with another seed"),
        N_("Rate η"),
    ),
    "pixels.js": (
        N_("a grid to paint"),
        N_("your picture"),
        N_("“{name}” is no picture that this browser can read. Choose a PNG or a JPEG."),
        N_("Your own picture"),
    ),
    "pooling.js": (
        N_("The image"),
        N_("Max pooling"),
        N_("Average pooling"),
        N_("{before} becomes {after}. Mean brightness: image {mean}, max {most}, average {average}."),
        N_("Image"),
        N_("Window"),
        N_("Stride"),
    ),
    "race.js": (
        N_("Loss of each net over the epochs, as a logarithm"),
        N_("epoch"),
        N_("log₁₀ loss"),
        N_("not finite"),
        N_("{n} of {total}"),
        N_("function"),
        N_("loss"),
        N_("characters learnt"),
        N_("largest gradient below the last layer"),
        N_("Choose a function above."),
        N_("{name} (epoch {n})"),
        N_("No longer a finite number: {names}. Choose a smaller learning rate; the others go on."),
        N_("{name}: loss {loss} after {n} epochs, {learnt} learnt"),
        N_("Activations of the nets"),
        N_("50 epochs"),
        N_("Restart with another seed"),
        N_("Rate"),
    ),
    "receptive.js": (
        N_("One side of each layer; orange is what the number at the top sees"),
        N_("input: {n}"),
        N_("layer {layer}: {n}"),
        N_(
            "One number of the last layer sees {n}x{n} pixels. Each layer adds (kernel − 1) times the "
            "strides before it: 1 → {sizes}. Layers: {layers}."
        ),
        N_("{k}x{k}, stride {stride}"),
        N_("Layers"),
        N_("Kernel"),
        N_("Stride"),
        N_("Net"),
        N_("your own"),
    ),
    "reparametrisation.js": (
        N_("Above ε, drawn from the standard normal; below z = μ + σ·ε"),
        N_(
            "ε is drawn anew at every move: z went from {before} to {after}, and nobody can say how much of "
            "that was μ's doing. So there is no derivative to follow."
        ),
        N_(
            "The orange one: z = μ + σ·ε = {sum} = {z}. ε stands still, so ∂z/∂μ = 1 and ∂z/∂σ = ε = {e}: "
            "the gradient passes through the draw."
        ),
        N_("Draw another ε"),
        N_("Draw ε anew at every move"),
    ),
    "softmax.js": (
        N_("Softmax: five shares that add up to 1"),
        N_("Σ = {sum}. The largest share has {name}: {share}. Raise one number, and every other share falls."),
        N_("{value} gets {share}"),
        N_("Temperature"),
    ),
    "tug.js": (
        N_("Codes of the characters: their means and deviations, with the pull of both losses"),
        N_("character"),
        N_("The loss is no longer a finite number: choose a smaller β, and press Restart with another seed."),
        N_(
            "Epoch {n}, β {beta}: reconstruction {loss}, KL {kl} nats; {learnt} of {total} learnt. The means "
            "are on average {far} from 0, the deviations {sigma}. Orange: reconstruction pulls apart. Blue: "
            "the KL pulls home. Dashed: the prior."
        ),
        N_("100 epochs"),
        N_("Restart with another seed"),
        N_("Code"),
        N_("one number"),
        N_("two numbers"),
    ),
}
