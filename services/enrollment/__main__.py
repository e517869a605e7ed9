"""``python -m services.enrollment [all|web|worker]``"""

from shared.starting import start

if __name__ == "__main__":
    start("enrollment")
