"""The questions, each registered once. To add one, add an entry to `QUESTIONS`."""

from . import measures as m
from .evidence import Question, Side

_TEN = {"model.layers": (64, 128, 64, 10), "epochs": 30}
_PLAIN = Side(label="a plain code", changes={"model.variational": False})
_VARIATIONAL = Side(label="a variational code", changes={"model.variational": True})
_CODES = {
    "epochs": 30,
    "model.code_activation": "identity",
    "model.hidden_activation": "silu",
}

QUESTIONS: dict[str, Question] = {
    "kl": Question(
        title="Sum or mean: how large should the KL be beside the reconstruction loss?",
        preset="digits-vae",
        changes={"epochs": 30},
        sides=(
            Side(label="both summed (β = 1)", changes={"beta": 1}),
            Side(label="mean over 64 pixels (β = 64)", changes={"beta": 64}),
        ),
        measures={"kl": m.KL, "active": m.ACTIVE, "mse": m.MSE},
        holds=lambda a, b: b["kl"] < 0.1 * a["kl"] and b["mse"] > a["mse"],
        answer="A reconstruction loss that is a mean over the pixels, beside a KL that is a sum, weighs the KL as many "
        "times more as an image has pixels: that is a β of 64 here. With β = 1 the code carries {a.kl} nats and the "
        "error is {a.mse}; with β = 64 it carries {b.kl} nats and the error is {b.mse}.",
    ),
    "variance": Question(
        title="Why does the encoder give log σ² and not σ²?",
        preset="font-best",
        changes={"model.variational": True, "beta": 0.1, "epochs": 300},
        sides=(
            Side(label="log σ²", changes={"model.variance": "log_var"}),
            Side(label="σ², cut off above 0", changes={"model.variance": "clamped"}),
        ),
        measures={"stuck": m.STUCK, "kl": m.KL, "elbo": m.ELBO},
        holds=lambda a, b: b["stuck"] > 0.3 > 0.05 > a["stuck"] and b["kl"] > 1.2 * a["kl"] and b["elbo"] < a["elbo"],
        answer="Any number is the logarithm of a variance, but a variance is above 0. An encoder that gives σ² itself "
        "must be cut off there, where the gradient is 0: {b.stuck} of the variances are stuck at the smallest, so "
        "the code is a point and costs {b.kl} nats instead of {a.kl}. The ELBO is {b.elbo} instead of {a.elbo}.",
    ),
    "same": Question(
        title="Why is the output the same for every image?",
        preset="font-20-10",
        changes={"epochs": 5000},
        sides=(
            Side(label="plain SGD", changes={"optimizer.kind": "sgd"}),
            Side(label="Adam", changes={"optimizer.kind": "adam"}),
        ),
        measures={"variety": m.VARIETY, "learnt": m.LEARNT},
        holds=lambda a, b: a["variety"] < 0.05 < 0.3 < b["variety"],
        answer="The mean image is the first thing that a net finds, and where gradients are small it finds nothing "
        "else: with SGD through three layers of sigmoids the outputs vary {a.variety} as much as the images. Adam "
        "scales its steps to the gradients, and at the same rate the outputs vary {b.variety} as much.",
    ),
    "loss": Question(
        title="MSE or cross-entropy, and why does cross-entropy never reach 0?",
        preset="digits-vae",
        changes={"model.variational": False, "model.layers": (64, 128, 10), "epochs": 30},
        sides=(
            Side(label="MSE", changes={"loss": "mse"}),
            Side(label="cross-entropy", changes={"loss": "bce"}),
        ),
        measures={"loss": m.LOSS, "floor": m.FLOOR, "mse": m.MSE},
        holds=lambda a, b: a["loss"] < 0.5 * b["floor"] and 0.9 * b["floor"] < b["loss"] < 2 * b["floor"],
        answer="Cross-entropy of a grey pixel is above 0 even where the output is right: on these images it cannot "
        "fall below about {b.floor}, so {b.loss} is not a bad result. Compare the two nets by the same error: the MSE "
        "is {a.mse} after training with MSE, and {b.mse} with cross-entropy.",
    ),
    "blur": Question(
        title="Why are the images of a variational autoencoder blurred?",
        preset="digits-vae",
        changes=_TEN,
        sides=(_PLAIN, _VARIATIONAL),
        measures={"sharpness": m.SHARPNESS, "mse": m.MSE},
        holds=lambda a, b: b["sharpness"] < 0.95 * a["sharpness"] and b["mse"] > a["mse"],
        answer="The code of a variational net is noisy and says less about an image, so the decoder answers with a "
        "mean of the images that fit. Neighbouring pixels differ by {b.sharpness} of what they do in the images, "
        "against {a.sharpness} with a plain code.",
    ),
    "sample": Question(
        title="Can I draw new images from a plain autoencoder?",
        preset="digits-vae",
        changes=_TEN,
        sides=(_PLAIN, _VARIATIONAL),
        measures={"distance": m.DISTANCE, "spread": m.SPREAD},
        holds=lambda a, b: a["distance"] > 1.2 * b["distance"],
        answer="Nothing tells a plain net where its codes should lie, so codes drawn from a standard normal "
        "distribution often fall between them: the decoded images are {a.distance} away from the nearest real one. "
        "With a variational code they are {b.distance} away. Near is not the same as good: look at the images too.",
    ),
    "pca": Question(
        title="Is an autoencoder more than PCA?",
        preset="digits-linear",
        changes={
            "model.layers": (64, 64, 2),
            "epochs": 100,
            "batch_size": 64,
            "optimizer.learning_rate": 0.003,
        },
        sides=(
            Side(label="no activation", changes={"model.hidden_activation": "identity"}),
            Side(label="SiLU", changes={"model.hidden_activation": "silu"}),
        ),
        measures={"mse": m.MSE},
        holds=lambda a, b: b["mse"] < 0.95 * a["mse"],
        answer="Without an activation two layers are no more than one, and the net can find the plane of PCA and "
        "nothing better: its error is {a.mse}. With a bend in the hidden layers the same two code numbers reach "
        "{b.mse}.",
    ),
    "overcomplete": Question(
        title="Does a code larger than the image just copy it?",
        preset="digits-overcomplete",
        sides=(
            Side(label="clean images", changes={"corruption.kind": "none"}),
            Side(
                label="noise in training",
                changes={"corruption.kind": "gaussian", "corruption.level": m.NOISE, "corruption.where": "train"},
            ),
        ),
        measures={"noisy": m.OF_NOISY, "mse": m.MSE},
        holds=lambda a, b: a["mse"] < b["mse"] and b["noisy"] < 0.9 * a["noisy"],
        answer="With 128 numbers for 64 pixels the net can copy, and part of the noise goes through with the image: "
        "the error is {a.mse} for clean images and {a.noisy} for noisy ones. Noise in training is a trade, not a gift: "
        "{b.mse} for clean images, and {b.noisy} for noisy ones.",
    ),
    "numbers": Question(
        title="How many numbers should a code have?",
        preset="digits-overcomplete",
        changes=_CODES,
        sides=(
            Side(label="2 numbers", changes={"model.layers": (64, 128, 2)}),
            Side(label="16 numbers", changes={"model.layers": (64, 128, 16)}),
        ),
        measures={"mse": m.MSE, "knn": m.KNN},
        holds=lambda a, b: b["mse"] < 0.6 * a["mse"] and b["knn"] > a["knn"],
        answer="Two numbers can be drawn as a plane, and they cost quality: the error is {a.mse}, and neighbours in "
        "the plane name {a.knn} of the digits. Sixteen numbers reach {b.mse} and {b.knn}.",
    ),
    "sparsity": Question(
        title="What does sparsity do?",
        preset="digits-sparse-l1",
        sides=(
            Side(label="no penalty", changes={"model.penalty.kind": "none"}),
            Side(label="L1 penalty", changes={"model.penalty.kind": "l1"}),
        ),
        measures={"on": m.ON, "mse": m.MSE},
        holds=lambda a, b: b["on"] < 0.6 * a["on"] and b["mse"] > a["mse"],
        answer="The penalty makes each image choose its numbers: {b.on} of the code is active in an image instead of "
        "{a.on}. The price is the error: {b.mse} instead of {a.mse}.",
    ),
    "tied": Question(
        title="What do tied weights cost?",
        preset="digits-tied",
        sides=(
            Side(label="weights of its own", changes={"model.tied": False}),
            Side(label="tied weights", changes={"model.tied": True}),
        ),
        measures={"parameters": m.PARAMETERS, "mse": m.MSE},
        holds=lambda a, b: b["parameters"] < 0.6 * a["parameters"] and b["mse"] < 1.25 * a["mse"],
        answer="A decoder that uses the encoder's weights leaves {b.parameters} parameters of {a.parameters}. The "
        "error does not suffer from it here: {b.mse} with tied weights, {a.mse} without.",
    ),
    "threshold": Question(
        title="Which threshold finds anomalies?",
        preset="digits-odd-one",
        sides=(
            Side(label="trained on 0", changes={"classes": (0,)}),
            Side(label="trained on 8", changes={"classes": (8,)}),
        ),
        measures={"threshold": m.THRESHOLD},
        holds=lambda a, b: abs(a["threshold"] - b["threshold"]) > 0.2 * min(a["threshold"], b["threshold"]),
        answer="None that is right for every net: the error above which at most 5 % of the normal images give a false "
        "alarm is {a.threshold} for a net that knows 0, and {b.threshold} for one that knows 8. Choose the share of "
        "false alarms that you can bear, and read the threshold from normal images.",
    ),
    "rate": Question(
        title="How do I see that the learning rate is too large?",
        preset="font-best",
        changes={"epochs": 300},
        sides=(
            Side(label="a rate of 0.01", changes={"optimizer.learning_rate": 0.01}),
            Side(label="a rate of 1", changes={"optimizer.learning_rate": 1}),
        ),
        measures={"loss": m.LOSS, "learnt": m.LEARNT},
        holds=lambda a, b: b["loss"] > 10 * a["loss"] and b["learnt"] < a["learnt"],
        answer="Steps that are too large jump over what they should reach: the loss ends at {b.loss} instead of "
        "{a.loss}. With a rate of 0.01 the net learns {a.learnt} characters, with a rate of 1 it learns {b.learnt}.",
    ),
    "dead": Question(
        title="What are dead ReLUs?",
        preset="digits-overcomplete",
        changes={
            "model.layers": (64, 128, 10),
            "model.hidden_activation": "relu",
            "model.code_activation": "identity",
            "epochs": 20,
        },
        sides=(
            Side(label="a rate of 0.003", changes={"optimizer.learning_rate": 0.003}),
            Side(label="a rate of 0.1", changes={"optimizer.learning_rate": 0.1}),
        ),
        measures={"dead": m.DEAD, "mse": m.MSE},
        holds=lambda a, b: b["dead"] > 1.5 * a["dead"] and b["dead"] > 0.2 and b["mse"] > a["mse"],
        answer="Units that are off for every image have no gradient and stay off. Large steps push units there: "
        "{b.dead} of the hidden units are dead with a rate of 0.1 (error {b.mse}), {a.dead} with a rate of 0.003 "
        "(error {a.mse}).",
    ),
    "checkerboard": Question(
        title="Where do the checkerboards come from?",
        preset="letters-7x7",
        changes={"model.convolution.pooling": "none", "epochs": 2},
        sides=(
            Side(label="transposed convolutions", changes={"model.convolution.upsampling": "transposed"}),
            Side(label="repeated pixels and a convolution", changes={"model.convolution.upsampling": "resize"}),
        ),
        measures={"checkerboard": m.CHECKERBOARD, "mse": m.MSE},
        holds=lambda a, b: a["checkerboard"] > 2 * b["checkerboard"],
        answer="A transposed convolution with a kernel of 3 and a step of 2 reaches some pixels once and others four "
        "times, and a net must learn to even that out: after two epochs the pattern is {a.checkerboard} times as "
        "strong as in the images. Repeated pixels and a convolution reach all pixels alike: {b.checkerboard} times.",
    ),
    "batch-norm": Question(
        title="Does batch norm work with tiny batches?",
        preset="digits-codes",
        changes={"batch_size": 3, "epochs": 5},
        sides=(
            Side(label="no batch norm", changes={"model.batch_norm": False}),
            Side(label="batch norm", changes={"model.batch_norm": True}),
        ),
        measures={"mse": m.MSE},
        holds=lambda a, b: b["mse"] > 1.3 * a["mse"],
        answer="The mean and the deviation of 3 images are mostly luck, and every image is scaled by the company that "
        "it has: with batch norm the error is {b.mse}, without {a.mse}. Make both batches 64 in the Lab, and see "
        "which of the two is ahead then.",
    ),
    "codebook": Question(
        title="Why are most entries of a codebook unused?",
        preset="digits-vq",
        changes={"model.codebook.entries": 64, "model.codebook.numbers": 16, "epochs": 40},
        sides=(
            Side(label="left where they are", changes={"model.codebook.revive": False}),
            Side(label="dead entries moved", changes={"model.codebook.revive": True}),
        ),
        measures={"used": m.IN_USE, "perplexity": m.PERPLEXITY, "mse": m.MSE},
        holds=lambda a, b: a["used"] < 0.6 * b["used"] and b["mse"] < a["mse"],
        answer="Only the entry that is nearest to a code learns, and in 16 dimensions most of 64 entries at random "
        "places are nearest to none: {a.used} are in use, and the error is {a.mse}. Moving dead entries to codes of "
        "the batch brings {b.used} into use, and the error to {b.mse}.",
    ),
}
