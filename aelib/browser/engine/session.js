// One net that a page shows. The page asks, and the session trains and answers: it never trains ahead, so that a slow
// page has no queue and a hidden page costs nothing. It works the same in a worker (worker.js) and, if there is no
// worker, in the page itself.

import { sameStart, Trainer } from "./training.js";

export class Session {
  // message; every field is optional:
  //   description: start with it (see aelib/browser/description.py).
  //   experiment: continue with this one; the weights stay unless its initial state differs.
  //   train: { epochs, milliseconds }: at most this many epochs, and no new one after this time; or { steps }:
  //     this many batches.
  //   weight: { at, value }: set one parameter, by its index.
  //   image: pixels from 0 to 1 to send through the net.
  //   codes: images × latentDim to decode.
  // Answers { epochs, part (share of the current epoch that `steps` have trained: 0 to below 1), loss, finite, codes,
  // outputs (pixels, not clipped), one, decoded, layers, parameters }.
  answer({ description, experiment, train, weight, image, codes }) {
    if (description) this.trainer = Trainer.of(description);
    if (experiment) this.take(experiment);
    const { trainer } = this;
    if (weight && Number.isFinite(weight.value)) trainer.network.parameters[weight.at] = weight.value;
    if (train) this.train(train);
    const { loss, codes: found, outputs } = trainer.evaluate();
    return {
      epochs: trainer.epochs,
      part: trainer.trained / trainer.images,
      loss,
      finite: Number.isFinite(loss),
      codes: found,
      outputs,
      one: image ? trainer.through(image) : null,
      decoded: codes ? trainer.decode(codes) : null,
      layers: trainer.network.layers.map(({ inputs, outputs: gives, at }) => ({ inputs, outputs: gives, at })),
      parameters: trainer.network.parameters.slice(),
    };
  }

  take(experiment) {
    const { trainer } = this;
    if (sameStart(trainer.experiment, experiment)) trainer.change(experiment);
    else this.trainer = new Trainer(experiment, trainer.set);
  }

  train({ epochs = 0, milliseconds = 0, steps = 0 }) {
    for (let i = 0; i < steps; i++) this.trainer.step();
    const end = performance.now() + milliseconds;
    for (let i = 0; i < epochs && performance.now() < end; i++) this.trainer.epoch();
  }
}
