/* What a device's platform gives docs/clients/terminal.c, for the test: SHA-256 (FIPS 180-4), HMAC (RFC 2104),
   HTTP over a plain socket, numbers in files of the working folder. Usage: terminal HOST PORT TERMINAL KEYHEX KIND */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int begin(void);
int call(const char *terminal, const uint8_t key[32], const char *kind);

static const char *host;
static int port;

static uint32_t turn(uint32_t x, int n) { return x >> n | x << (32 - n); }

/* The first 32 bits of the fractional parts of the roots of the first primes, by whole-number search. */
static uint32_t root_bits(unsigned prime, int cube) {
    unsigned __int128 low = 0, high = (unsigned __int128)1 << 40, target = prime;
    target <<= cube ? 96 : 64;
    while (high - low > 1) {
        unsigned __int128 middle = (low + high) / 2, power = middle * middle;
        if (cube ? power > target / middle : power > target) high = middle;
        else low = middle;
    }
    return (uint32_t)low;
}

static void sha256(const uint8_t *data, size_t length, uint8_t out[32]) {
    static uint32_t k[64], start[8];
    for (unsigned found = 0, n = 2; found < 64 && !k[63]; n++) {
        int prime = 1;
        for (unsigned d = 2; d * d <= n; d++) if (n % d == 0) prime = 0;
        if (!prime) continue;
        if (found < 8) start[found] = root_bits(n, 0);
        k[found++] = root_bits(n, 1);
    }
    uint32_t h[8], w[64];
    memcpy(h, start, sizeof h);
    size_t blocks = (length + 9 + 63) / 64;
    for (size_t block = 0; block < blocks; block++) {
        for (int i = 0; i < 64; i++) {
            size_t at = block * 64 + (size_t)i;
            uint8_t byte = at < length ? data[at] : at == length ? 0x80 : 0;
            if (at >= blocks * 64 - 8) byte = (uint8_t)((uint64_t)length * 8 >> (8 * (blocks * 64 - 1 - at)));
            w[i / 4] = (i % 4 ? w[i / 4] << 8 : 0) | byte;
        }
        for (int i = 16; i < 64; i++)
            w[i] = w[i - 16] + (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
                   (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10);
        uint32_t v[8];
        memcpy(v, h, sizeof v);
        for (int i = 0; i < 64; i++) {
            uint32_t a = v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
            uint32_t b = (turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            memmove(v + 1, v, 7 * sizeof *v);
            v[4] += a;
            v[0] = a + b;
        }
        for (int i = 0; i < 8; i++) h[i] += v[i];
    }
    for (int i = 0; i < 32; i++) out[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

void hmac_sha256(const uint8_t key[32], const char *text, size_t length, uint8_t mac[32]) {
    uint8_t *inner = malloc(64 + length), outer[96];
    for (int i = 0; i < 64; i++) {
        uint8_t byte = i < 32 ? key[i] : 0;
        inner[i] = byte ^ 0x36;
        outer[i] = byte ^ 0x5c;
    }
    memcpy(inner + 64, text, length);
    sha256(inner, 64 + length, outer + 64);
    sha256(outer, 96, mac);
    free(inner);
}

int http_post(const char *path, const char *headers, const char *body, char *answer, size_t room) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, host, &to.sin_addr);
    int line = socket(AF_INET, SOCK_STREAM, 0), status = 0;
    if (connect(line, (struct sockaddr *)&to, sizeof to) == 0) {
        char request[3000];
        int length = snprintf(request, sizeof request,
                              "POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n%s", path,
                              host, strlen(body), headers, body);
        size_t got = 0;
        if (write(line, request, (size_t)length) == length)
            for (ssize_t n; got < room - 1 && (n = read(line, answer + got, room - 1 - got)) > 0;) got += (size_t)n;
        answer[got] = 0;
        sscanf(answer, "HTTP/1.1 %d", &status);
    }
    close(line);
    printf("%d %s\n", status, body);
    fflush(stdout);
    return status;
}

uint64_t kept(const char *name) {
    unsigned long long value = 0;
    FILE *file = fopen(name, "r");
    if (file && fscanf(file, "%llu", &value) != 1) value = 0;
    if (file) fclose(file);
    return value;
}

void keep(const char *name, uint64_t value) {
    FILE *file = fopen(name, "w");
    if (!file) abort();
    fprintf(file, "%llu", (unsigned long long)value);
    fclose(file);
}

void pause_ms(unsigned milliseconds) { usleep(milliseconds * 100); /* ten times as fast as a real one */ }
unsigned random_below(unsigned limit) { return limit ? (unsigned)rand() % limit : 0; }
void lamp(int green) { printf("lamp %s\n", green ? "green" : "red"); }
void other_way(void) { puts("other way"); }

int main(int count, char **words) {
    uint8_t key[32];
    if (count != 6) return 2;
    host = words[1];
    port = atoi(words[2]);
    for (int i = 0; i < 32; i++) sscanf(words[4] + 2 * i, "%2hhx", &key[i]);
    begin();
    return call(words[3], key, words[5]);
}
