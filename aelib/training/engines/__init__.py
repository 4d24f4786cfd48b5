"""What changes the weights. Every engine trains the same nets, but for rounding: see `base.Engine`.

`autograd` trains any model; `batched` many dense nets in one pass (`batched_vae` their random codes, `matmul` their
products); `compiled` one small dense net through Numba; `cuda_graphs` replays the batched steps on a GPU. `registry`
lists them.
"""
