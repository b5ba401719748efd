"""What stock runs, runs with nothing to do, and `--help` cost: python -m tests.benchmarks"""
