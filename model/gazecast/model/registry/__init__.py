"""The registry: a folder with every model that was promoted, and which of them predicts.

    REGISTRY/
      current                  one line: the name of the version that predicts
      versions/
        0001-5ac3b1f07e21/     number, and the start of the model's SHA-256
          model.onnx
          model.json           its description
          version.json         when and why it was promoted, and what it replaced
          ...                  what else came with the model, such as its held-out scores
          SHA256SUMS           of all the others; `sha256sum -c SHA256SUMS` checks them

A version never changes once it is there; `current` is replaced as a whole. So a reader sees the one
model or the other, and a writer that is killed leaves the registry as it was. Reading takes no lock
and writes nothing: a service needs no right to write here, and whoever may write may promote.
"""
