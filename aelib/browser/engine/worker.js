// A session in its own worker: each message gets one answer, in order. Errors are sent as answers too.

import { Session } from "./session.js";

const session = new Session();

self.onmessage = ({ data }) => {
  try {
    self.postMessage(session.answer(data));
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
};
