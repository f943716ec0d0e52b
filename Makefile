# `make run` starts the product, `make test` checks it. Both install what they need into .venv first.
# PORT, HOST, VAR and DEMO reach the product as they are: PORT=8001 DEMO=0 make run
PYTHON_HERE := .venv/bin/python
MANAGE := $(PYTHON_HERE) manage.py
MANAGE_TEST := $(PYTHON_HERE) -W ignore::RuntimeWarning manage.py

.SILENT:
.PHONY: run test check test-faults test-looks test-api bench doctor messages installed tools

run: installed
	exec $(MANAGE) up

test: check
	$(MANAGE) translate
	$(PYTHON_HERE) -m pytest -n auto --dist worksteal

check: tools
	$(PYTHON_HERE) -m ruff check
	$(PYTHON_HERE) -m ruff format --check
	$(PYTHON_HERE) -m mypy .
	$(PYTHON_HERE) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	find templates -name '*.html' -exec .venv/bin/djade --check --target-version 5.2 {} +
	$(PYTHON_HERE) -m djlint --lint --quiet templates
	$(MANAGE_TEST) makemigrations --check --dry-run --settings crm.test_settings

# Kills servers and workers while they work.
test-faults: tools
	$(PYTHON_HERE) -m pytest -m fault

# Looks at every page in every language, theme and width, and for barriers in each.
test-looks: tools
	ALL_LOOKS=1 $(PYTHON_HERE) -m pytest -n auto crm/tests/browser/test_every_page.py

# Asks the API ten thousand questions made from its schema: none may crash it.
test-api: tools
	API_QUESTIONS=360 $(PYTHON_HERE) -m pytest crm/api/tests/test_questions.py

# Measures: make bench ARGS="--help"
bench: installed
	exec $(MANAGE) bench $(ARGS)

doctor: installed
	exec $(MANAGE) doctor

# Collects new texts into the catalogues for translators, then compiles them.
messages: installed
	$(MANAGE) translate --collect

installed:
	sh .ci/install requirements.txt

tools:
	sh .ci/install requirements-dev.txt
