// The random numbers of aelib, bit for bit: those of core/random.py (a Mersenne Twister, seeded and read as in PyTorch)
// for weights and orders, and those of core/counter_rng.py (a hash of seed, turn, image and number) for noise.

const encoder = new TextEncoder();

// --- SHA-256 of a short text: first 8 bytes ---------------------------------------------------------------------------

function firstPrimes(count) {
  const primes = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p)) primes.push(n);
  return primes;
}
const fraction = (root) => ((root % 1) * 2 ** 32) >>> 0;
const SHA_START = firstPrimes(8).map((p) => fraction(Math.sqrt(p)));
const SHA_ROUNDS = firstPrimes(64).map((p) => fraction(Math.cbrt(p)));

// Converts a text to eight 32-bit words. text: at most 55 bytes, which fit into one block.
export function sha256(text) {
  const bytes = encoder.encode(text), w = new Uint32Array(64), view = new DataView(new ArrayBuffer(64));
  bytes.forEach((byte, i) => view.setUint8(i, byte));
  view.setUint8(bytes.length, 0x80);
  view.setUint32(60, 8 * bytes.length);
  const turn = (x, by) => (x >>> by) | (x << (32 - by));
  for (let i = 0; i < 16; i++) w[i] = view.getUint32(4 * i);
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = SHA_START;
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + SHA_ROUNDS[i] + w[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => (word + SHA_START[i]) >>> 0);
}

// --- the Mersenne Twister (Matsumoto & Nishimura 1998) ----------------------------------------------------------------

const swapped = (word) => ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)) >>> 0;

// `generator(seed, purpose)` of core/random.py, with the methods of torch that aelib calls.
export class Generator {
  constructor(seed, purpose) {
    const [first, second] = sha256(`${purpose}:${seed}`).map(swapped); // eight bytes, lowest first
    this.state = new Uint32Array(624);
    this.state[0] = ((first >>> 1) | (second << 31)) >>> 0; // shifted by one; PyTorch takes 32 bits of it
    for (let i = 1; i < 624; i++) {
      const before = this.state[i - 1] ^ (this.state[i - 1] >>> 30);
      this.state[i] = Math.imul(1812433253, before) + i;
    }
    this.at = 624;
    this.kept = null; // the second number of a pair of normal numbers
  }

  random() {
    if (this.at === 624) {
      const s = this.state;
      for (let i = 0; i < 624; i++) {
        const y = (s[i] & 0x80000000) | (s[(i + 1) % 624] & 0x7fffffff);
        s[i] = s[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.at = 0;
    }
    let y = this.state[this.at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  single() { return (this.random() & 0xffffff) * 2 ** -24; }

  double() {
    const high = this.random(), low = this.random();
    return ((high & 0x1fffff) * 2 ** 32 + low) * 2 ** -53;
  }

  // tensor.uniform_(-bound, bound)
  uniform(numbers, bound) {
    for (let i = 0; i < numbers.length; i++) numbers[i] = Math.fround(this.single() * 2 * bound - bound);
  }

  // tensor.normal_(0, deviation): for 16 or more numbers PyTorch draws in blocks of 16, for fewer one by one
  normal(numbers, deviation) {
    const size = numbers.length;
    if (size < 16) {
      for (let i = 0; i < size; i++) numbers[i] = Math.fround(deviation * this.oneNormal());
      return;
    }
    for (let i = 0; i < size; i++) numbers[i] = this.single();
    for (let from = 0; from + 16 <= size; from += 16) this.block(numbers, from, deviation);
    if (size % 16) {
      for (let i = size - 16; i < size; i++) numbers[i] = this.single();
      this.block(numbers, size - 16, deviation);
    }
  }

  block(numbers, from, deviation) {
    for (let i = from; i < from + 8; i++) {
      const radius = deviation * Math.sqrt(-2 * Math.log(1 - numbers[i])), angle = 2 * Math.PI * numbers[i + 8];
      numbers[i] = Math.fround(radius * Math.cos(angle));
      numbers[i + 8] = Math.fround(radius * Math.sin(angle));
    }
  }

  oneNormal() {
    if (this.kept !== null) { const kept = this.kept; this.kept = null; return kept; }
    const angle = 2 * Math.PI * this.double(), radius = Math.sqrt(-2 * Math.log1p(-this.double()));
    this.kept = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  // torch.randperm
  permutation(count) {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < count - 1; i++) {
      const other = i + this.random() % (count - i), kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    return order;
  }
}

// --- numbers that are computed by a hash, not drawn from a stream -----------------------------------------------------

export const TEST = -1; // the turn whose numbers are used to evaluate a net
export const FIXED = 0; // the turn of a fixed noisy set

// The first words of SHA-512, low half before high half.
const BLAKE_START = [
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a,
  0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
];
const BLAKE_ORDERS = [
  "0123456789abcdef", "ea489fd61c02b753", "b8c052fdae367194", "7931dcbe265a40f8", "905724afe1bc683d",
  "2c6a0b834d75fe19", "c51fed4a0763928b", "db7ec13950f4862a", "6fe9b308c2d714a5", "a2847615fb9e3cd0",
].map((digits) => [...digits].map((digit) => parseInt(digit, 16)));

const v = new Uint32Array(32), m = new Uint32Array(32); // 64-bit words as two halves

function add(a, low, high) {
  const sum = v[a] + low;
  v[a + 1] += high + (sum > 0xffffffff ? 1 : 0);
  v[a] = sum;
}

// v[a] = (v[a] ^ v[b]) rotated right by this many bits
function mixed(a, b, by) {
  const low = v[a] ^ v[b], high = v[a + 1] ^ v[b + 1];
  if (by === 32) { v[a] = high; v[a + 1] = low; return; }
  if (by === 63) { v[a] = (low << 1) | (high >>> 31); v[a + 1] = (high << 1) | (low >>> 31); return; }
  v[a] = (low >>> by) | (high << (32 - by));
  v[a + 1] = (high >>> by) | (low << (32 - by));
}

function blend(a, b, c, d, x, y) {
  a *= 2; b *= 2; c *= 2; d *= 2; x *= 2; y *= 2;
  add(a, v[b], v[b + 1]); add(a, m[x], m[x + 1]); mixed(d, a, 32);
  add(c, v[d], v[d + 1]); mixed(b, c, 24);
  add(a, v[b], v[b + 1]); add(a, m[y], m[y + 1]); mixed(d, a, 16);
  add(c, v[d], v[d + 1]); mixed(b, c, 63);
}

// `counter_rng.key`: two 32-bit numbers for a seed and a turn; BLAKE2b (RFC 7693) of one block, 8 bytes of digest.
export function key(seed, turn) {
  const bytes = encoder.encode(`noise ${seed} ${turn}`);
  m.fill(0);
  bytes.forEach((byte, i) => { m[i >> 2] |= byte << (8 * (i & 3)); });
  v.set(BLAKE_START); v.set(BLAKE_START, 16);
  const first = (BLAKE_START[0] ^ 0x01010008) >>> 0;
  v[0] = first;
  v[24] ^= bytes.length;
  v[28] = ~v[28]; v[29] = ~v[29];
  for (let round = 0; round < 12; round++) {
    const s = BLAKE_ORDERS[round % 10];
    blend(0, 4, 8, 12, s[0], s[1]); blend(1, 5, 9, 13, s[2], s[3]);
    blend(2, 6, 10, 14, s[4], s[5]); blend(3, 7, 11, 15, s[6], s[7]);
    blend(0, 5, 10, 15, s[8], s[9]); blend(1, 6, 11, 12, s[10], s[11]);
    blend(2, 7, 8, 13, s[12], s[13]); blend(3, 4, 9, 14, s[14], s[15]);
  }
  return [first ^ v[0] ^ v[16], BLAKE_START[1] ^ v[1] ^ v[17]];
}

// `counter_rng.random_bits` for one number: 32 bits, signed. where: image · (numbers in an image) + number.
export function bits([first, second], where, draw) {
  let x = (Math.imul(where, -1640531527) + first + Math.imul(draw, 0x632be5ab)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d) ^ second;
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

export const uniform = (drawn) => (drawn & 0xffffff) * 2 ** -24;

// `counter_rng.normal`: a standard normal number, from two draws
export function normal(from, where, draw) {
  const radius = Math.sqrt(-2 * Math.log1p(-uniform(bits(from, where, draw))));
  return radius * Math.cos(2 * Math.PI * uniform(bits(from, where, draw + 1)));
}
