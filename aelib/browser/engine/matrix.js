// The three products of a layer. Samples are the inner axis, and their number (`width`) is a multiple of 4, so that each loop
// keeps two rows of four samples in registers.
// p: parameters of the net; those of the layer start at `at`, outputs × (inputs + 1), the bias last.

// z (outputs × width) = weights · x (inputs × width) + bias
export function forward(p, at, x, z, inputs, outputs, width) {
  const stride = inputs + 1;
  let o = 0;
  for (; o + 2 <= outputs; o += 2) {
    const r = at + o * stride, q = r + stride, b0 = p[r + inputs], b1 = p[q + inputs];
    for (let s = 0; s < width; s += 4) {
      let a0 = b0, a1 = b0, a2 = b0, a3 = b0, c0 = b1, c1 = b1, c2 = b1, c3 = b1;
      for (let k = 0, i = s; k < inputs; k++, i += width) {
        const u = p[r + k], w = p[q + k], x0 = x[i], x1 = x[i + 1], x2 = x[i + 2], x3 = x[i + 3];
        a0 += u * x0; a1 += u * x1; a2 += u * x2; a3 += u * x3;
        c0 += w * x0; c1 += w * x1; c2 += w * x2; c3 += w * x3;
      }
      const to = o * width + s, next = to + width;
      z[to] = a0; z[to + 1] = a1; z[to + 2] = a2; z[to + 3] = a3;
      z[next] = c0; z[next + 1] = c1; z[next + 2] = c2; z[next + 3] = c3;
    }
  }
  if (o < outputs) {
    const r = at + o * stride, bias = p[r + inputs];
    for (let s = 0; s < width; s += 4) {
      let a0 = bias, a1 = bias, a2 = bias, a3 = bias;
      for (let k = 0, i = s; k < inputs; k++, i += width) {
        const u = p[r + k];
        a0 += u * x[i]; a1 += u * x[i + 1]; a2 += u * x[i + 2]; a3 += u * x[i + 3];
      }
      const to = o * width + s;
      z[to] = a0; z[to + 1] = a1; z[to + 2] = a2; z[to + 3] = a3;
    }
  }
}

// g (in the layout of p) = d (outputs × width) · x transposed, and the sum of d for the bias
export function gradient(g, at, d, x, inputs, outputs, width) {
  const stride = inputs + 1;
  for (let o = 0; o < outputs; o++) {
    const from = o * width, r = at + o * stride;
    let sum = 0;
    for (let s = 0; s < width; s++) sum += d[from + s];
    g[r + inputs] = sum;
  }
  let o = 0;
  for (; o + 2 <= outputs; o += 2) {
    const d0 = o * width, d1 = d0 + width, r = at + o * stride, q = r + stride;
    let k = 0;
    for (; k + 4 <= inputs; k += 4) {
      const x0 = k * width, x1 = x0 + width, x2 = x1 + width, x3 = x2 + width;
      let a0 = 0, a1 = 0, a2 = 0, a3 = 0, c0 = 0, c1 = 0, c2 = 0, c3 = 0;
      for (let s = 0; s < width; s++) {
        const e = d[d0 + s], f = d[d1 + s], u0 = x[x0 + s], u1 = x[x1 + s], u2 = x[x2 + s], u3 = x[x3 + s];
        a0 += e * u0; a1 += e * u1; a2 += e * u2; a3 += e * u3;
        c0 += f * u0; c1 += f * u1; c2 += f * u2; c3 += f * u3;
      }
      g[r + k] = a0; g[r + k + 1] = a1; g[r + k + 2] = a2; g[r + k + 3] = a3;
      g[q + k] = c0; g[q + k + 1] = c1; g[q + k + 2] = c2; g[q + k + 3] = c3;
    }
    for (; k < inputs; k++) {
      const from = k * width;
      let a = 0, c = 0;
      for (let s = 0; s < width; s++) { a += d[d0 + s] * x[from + s]; c += d[d1 + s] * x[from + s]; }
      g[r + k] = a; g[q + k] = c;
    }
  }
  if (o < outputs) {
    const d0 = o * width, r = at + o * stride;
    for (let k = 0; k < inputs; k++) {
      const from = k * width;
      let a = 0;
      for (let s = 0; s < width; s++) a += d[d0 + s] * x[from + s];
      g[r + k] = a;
    }
  }
}

// back (inputs × width) = weights transposed · d (outputs × width)
export function backward(p, at, d, back, inputs, outputs, width) {
  const stride = inputs + 1;
  let k = 0;
  for (; k + 2 <= inputs; k += 2) {
    for (let s = 0; s < width; s += 4) {
      let a0 = 0, a1 = 0, a2 = 0, a3 = 0, c0 = 0, c1 = 0, c2 = 0, c3 = 0;
      for (let o = 0, w = at + k, i = s; o < outputs; o++, w += stride, i += width) {
        const u = p[w], v = p[w + 1], d0 = d[i], d1 = d[i + 1], d2 = d[i + 2], d3 = d[i + 3];
        a0 += u * d0; a1 += u * d1; a2 += u * d2; a3 += u * d3;
        c0 += v * d0; c1 += v * d1; c2 += v * d2; c3 += v * d3;
      }
      const to = k * width + s, next = to + width;
      back[to] = a0; back[to + 1] = a1; back[to + 2] = a2; back[to + 3] = a3;
      back[next] = c0; back[next + 1] = c1; back[next + 2] = c2; back[next + 3] = c3;
    }
  }
  if (k < inputs) {
    for (let s = 0; s < width; s++) {
      let a = 0;
      for (let o = 0; o < outputs; o++) a += p[at + o * stride + k] * d[o * width + s];
      back[k * width + s] = a;
    }
  }
}
