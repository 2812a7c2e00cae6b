/* A call terminal in sixty lines: counts, signs, sends, and sends again until the answer is 200.
   C for device makers; what your platform has to give stands on top. Protocol: docs/protocol.md, 1. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void hmac_sha256(const uint8_t key[32], const char *text, size_t length, uint8_t mac[32]);
int http_post(const char *path, const char *headers, const char *body, char *answer, size_t room); /* status, 0: none */
uint64_t kept(const char *name);                  /* a number that survives a power cut, 0 at first */
void keep(const char *name, uint64_t value);      /* on flash before it returns */
void pause_ms(unsigned milliseconds);
unsigned random_below(unsigned limit);
void lamp(int green);                             /* green only for a 200: help knows */
void other_way(void);                             /* voice or SMS, beside this one */

static const char *const PATH = "/terminals/v1/alerts";

int begin(void) { /* once at every start */
    keep("boot", kept("boot") + 1);
    keep("counter", 0);
    return 0;
}

void sign(const char *terminal, const uint8_t key[32], const char *body, char *headers, size_t room) {
    char text[17000];
    uint8_t mac[32];
    unsigned long long boot = kept("boot"), counter = kept("counter") + 1;
    keep("counter", counter); /* first kept, then used: a counter is never used twice */
    int length = snprintf(text, sizeof text, "POST\n%s\n%s\n%llu\n%llu\n%s", PATH, terminal, boot, counter, body);
    hmac_sha256(key, text, (size_t)length, mac);
    int at = snprintf(headers, room, "X-Terminal: %s\r\nX-Boot: %llu\r\nX-Counter: %llu\r\nX-Signature: ",
                      terminal, boot, counter);
    for (int i = 0; i < 32; i++) at += snprintf(headers + at, room - (size_t)at, "%02x", mac[i]);
    snprintf(headers + at, room - (size_t)at, "\r\n");
}

/* The button. Returns when help knows, or when the service says that this message is wrong in itself. */
int call(const char *terminal, const uint8_t key[32], const char *kind) {
    static const unsigned WAIT_S[] = {1, 2, 4, 8, 15};
    char body[300], headers[600], answer[2000];
    uint64_t number = kept("message") + 1;
    keep("message", number); /* one msg_id for one press: every retry has the same */
    snprintf(body, sizeof body, "{\"msg_id\":\"%llu-%llu\",\"kind\":\"%s\"}",
             (unsigned long long)kept("boot"), (unsigned long long)number, kind);
    for (unsigned attempt = 0;; attempt++) {
        sign(terminal, key, body, headers, sizeof headers); /* a new counter every time */
        int status = http_post(PATH, headers, body, answer, sizeof answer);
        lamp(status == 200);
        if (status == 200) return 0;
        if (attempt == 1 || (attempt == 0 && status == 401)) other_way();
        if (status == 400 || status == 409 || status == 413) return status;
        unsigned wait_s = WAIT_S[attempt < 4 ? attempt : 4];
        pause_ms(wait_s * 1000 + random_below(wait_s * 250 + 1));
    }
}
