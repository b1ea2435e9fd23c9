"""`gazecast finetune`: a model of one's own from a shipped one and eye-tracking data.

Three stages, each training more of the network than the one before: "domain" (scale, spread and
prior of the user's domain), "decoder" (all that follows the backbone) and "all". A stage is kept
only if cross-validation on the user's images says that it makes them better. What comes out is a
candidate (see `candidate`), which `gazecast promote` may make the current model.
"""
