from .base import Autoencoder as Autoencoder
from .convolutional import ConvolutionalAutoencoder as ConvolutionalAutoencoder
from .convolutional import Enlarge as Enlarge
from .convolutional import SuperResolution as SuperResolution
from .dense import DenseAutoencoder as DenseAutoencoder
from .factory import build as build
