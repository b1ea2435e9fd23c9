# Two commands set everything up: `make run` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
HOST   ?= 127.0.0.1
PORT   ?= 8000

.PHONY: run test lint bench fuzz load clean

# Install, predict the examples, start the service. (--no-compile: bytecode of what is never imported
# is a quarter of the size on disk.)
run: $(VENV)/.installed
	$(BIN)/gazecast predict examples/*.png --out out/examples
	@echo "Attention maps of the examples: out/examples/*.heatmap.png"
	$(BIN)/gazecast serve --host $(HOST) --port $(PORT)

# Install what the tests need, and run them.
test: $(VENV)/.installed-dev
	figma-plugin/check.sh
	$(BIN)/python -m pytest -m 'not alone' --numprocesses=logical --dist=loadscope
	$(BIN)/python -m pytest -m alone

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-dev
	$(BIN)/python -m pytest benchmarks --benchmark-only --benchmark-columns=min,median,ops
	$(BIN)/python benchmarks/memory.py

# Ten thousand mutated images; CI sends 500. Some ten minutes.
fuzz: $(VENV)/.installed-dev
	FUZZ_IMAGES=10000 $(BIN)/python -m pytest -s tests/serve/test_fuzz.py

# Sixteen clients for a minute against one client.
load: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/load.py

$(VENV)/.created:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.created
	$(BIN)/pip install --quiet --no-compile --editable .
	@touch $@

# torch and torchvision first and by their exact versions: the ranges in the extra would otherwise be
# met by the newest builds, with gigabytes of CUDA libraries. Each torchvision needs its own torch.
$(VENV)/.installed-dev: pyproject.toml $(VENV)/.created
	$(BIN)/pip install --quiet torch==2.13.0 torchvision==0.28.0
	$(BIN)/pip install --quiet --editable '.[train,report,import,dev]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) out
