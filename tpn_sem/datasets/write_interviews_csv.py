"""Write the bundled interviews anew: ``python -m tpn_sem.datasets.write_interviews_csv``."""

from .synthetic_interviews import interviews_path, write_interviews_csv

if __name__ == "__main__":
    write_interviews_csv(interviews_path())
