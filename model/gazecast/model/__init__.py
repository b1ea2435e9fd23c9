"""The network, its files, and prediction with onnxruntime."""
