// One net that a page watches. A page asks, the session trains and answers: it never works ahead, so that a slow page has no
// queue and a hidden one costs nothing. The same in a worker (worker.js) and, where there is none, in the page itself.

import { sameStart, Trainer } from "./training.js";

export class Session {
  // message, every part of it optional:
  //   description: begin with it (see aelib/browser/description.py).
  //   experiment: go on with this one; weights stay unless it has another start.
  //   train: { epochs, milliseconds }: at most so many epochs, and no new one after so long; or { steps }: so many batches.
  //   weight: { at, value }: set one parameter, by its place.
  //   image: pixels from 0 to 1 to send through the net.
  //   codes: images × latentDim to decode.
  // Answers { epochs, part (of the epoch that steps have begun: 0 to below 1), loss, finite, codes, outputs (pixels, not
  // clipped), one, decoded, layers, parameters }.
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
