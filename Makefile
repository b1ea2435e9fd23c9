# Two commands set everything up: `make run` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
HOST   ?= 127.0.0.1
PORT   ?= 8000

.PHONY: run check test lint bench fuzz hostile load lock clean

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

# The developers' loop: what needs neither torch, nor Node, nor a browser.
check: $(VENV)/.installed-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --config-file mypy-check.ini
	$(BIN)/python -m pytest -q --quick -m 'not alone' --numprocesses=logical --dist=loadscope

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

# What hostile forms, pictures and zips cost beside honest pictures of 40 megapixels. Minutes.
hostile: $(VENV)/.installed-dev
	HOSTILE_REQUESTS=240 $(BIN)/python -m pytest -s tests/serve/test_hostile.py

# Sixteen clients for a minute against one client.
load: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/load.py

$(VENV)/.created:
	$(PYTHON) -m venv $(VENV)
	@touch $@

# constraints.txt says which version of everything: what pyproject.toml's ranges allow changes by the
# day, and what was tested does not.
$(VENV)/.installed: pyproject.toml constraints.txt $(VENV)/.created
	$(BIN)/pip install --quiet --no-compile --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-check: pyproject.toml constraints.txt $(VENV)/.created
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[check]'
	@touch $@ $(VENV)/.installed

EXTRAS := train,report,import,dev

$(VENV)/.installed-dev: pyproject.toml constraints.txt $(VENV)/.created
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[$(EXTRAS)]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-check

# The newest versions that pyproject.toml allows, as constraints.txt. torch and torchvision stay at
# the ones named here until these are raised: each torchvision needs its own torch, and the newest
# builds of torch come with gigabytes of CUDA libraries.
lock:
	rm -rf out/lock
	$(PYTHON) -m venv out/lock
	out/lock/bin/pip install --quiet torch==2.13.0 torchvision==0.28.0
	out/lock/bin/pip install --quiet --editable '.[$(EXTRAS)]'
	{ echo "# Every version that the tests pass with; \`make lock\` makes this file anew."; \
	  out/lock/bin/pip freeze --all --exclude-editable --exclude pip | sed 's/+.*//'; } > constraints.txt
	rm -rf out/lock

clean:
	rm -rf $(VENV) out
