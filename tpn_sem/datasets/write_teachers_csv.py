"""Write the bundled CSV file anew: ``python -m tpn_sem.datasets.write_teachers_csv``."""

from .survey import teachers_csv_path, write_teachers_csv

if __name__ == "__main__":
    write_teachers_csv(teachers_csv_path())
