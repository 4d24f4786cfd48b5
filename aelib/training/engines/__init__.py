"""Engines update the weights. All engines give the same nets except for rounding: see `base.Engine`.

`autograd` trains any model; `batched` many dense nets in one pass (`batched_vae` has their random codes, `matmul` their
matrix products); `compiled` trains one small dense net with Numba; `cuda_graphs` replays the batched steps on a GPU.
`registry` lists the engines.
"""
