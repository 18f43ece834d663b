"""Attacks on the library: texts, data, options, calls and files that nobody would write.

    python -m fuzz --minutes 60 --seed 1

Whatever happens must be a result that makes sense or a `TpnSemError`.
"""
