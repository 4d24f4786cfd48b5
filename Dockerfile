# Autoencoder Lab as a container.
#
#     docker build -t autoencoder-lab .                                  CPU
#     docker build -t autoencoder-lab --build-arg TORCH=cuda .           NVIDIA GPU; run it with --gpus all
#     docker run -p 8501:8501 -v autoencoder-lab:/data autoencoder-lab
#
# Everything that must be kept lies in the volume /data. docs/deployment.md says more.
FROM python:3.12-slim-bookworm

ARG TORCH=cpu
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 MALLOC_ARENA_MAX=2 AELIB_HOME=/data \
    NUMBA_CACHE_DIR=/data/machine-code

RUN useradd --uid 1000 --create-home lab && install --directory --owner=lab /data
WORKDIR /app

# before the code, so that a change of the code does not install everything again
COPY requirements.txt requirements-cluster.txt requirements-login.txt constraints-cpu.txt ./
RUN if [ "$TORCH" = cpu ]; then set -- -c constraints-cpu.txt --extra-index-url https://download.pytorch.org/whl/cpu; \
    else set --; fi \
    && pip install "$@" -r requirements-cluster.txt -r requirements-login.txt

COPY .streamlit ./.streamlit
COPY aelib ./aelib
COPY data ./data
COPY pages ./pages
COPY app.py server.py ./

COPY deploy/health.py ./deploy/health.py

USER 1000
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s CMD ["python", "deploy/health.py"]
CMD ["python", "-m", "streamlit", "run", "server.py", "--server.address=0.0.0.0", "--server.port=8501"]
