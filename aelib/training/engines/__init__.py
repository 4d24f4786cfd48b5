"""Engines update the weights. All engines give the same nets except for rounding: see `base.Engine`.

`autograd` trains any model; `batched` trains many dense nets in one pass (`batched_vae` handles their random codes,
`matmul` their matrix products); `compiled` trains small dense nets with Numba; `cuda_graphs` replays the batched steps
on a GPU.
`registry` lists the engines.
"""
