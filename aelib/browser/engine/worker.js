// A session in a worker of its own: each message is answered once, in order. What fails is answered too.

import { Session } from "./session.js";

const session = new Session();

self.onmessage = ({ data }) => {
  try {
    self.postMessage(session.answer(data));
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
};
