"""The network, its files, and prediction with onnxruntime."""

import os

# onnxruntime and huggingface-hub tell their makers of their use, and onnxruntime keeps an id of the
# device in the user's cache for it, unless they are told not to before they are imported. Nothing
# of this package is imported before this. It holds whatever the environment says.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
