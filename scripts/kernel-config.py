# IPython's settings for the kernels of .venv, put there by `make lab`.
c = get_config()  # type: ignore[name-defined]  # noqa: F821 - IPython gives it
c.IPKernelApp.extensions = ["helpers.learner.in_words"]
