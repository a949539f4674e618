# The module's __name__ is "__main__".
def main():
    print("in main", __name__)
print(__name__ == "__main__", __name__ != "")
if __name__ == "__main__":
    main()
else:
    print("not printed")
