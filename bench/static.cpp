// What starting a static program costs, with a C library that does as usual.
int main() { return 0; }
