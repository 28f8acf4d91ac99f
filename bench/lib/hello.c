/* The smallest app there is: says its name (first argument) and a number that each start draws anew. Usage: hello NAME; listens on $PORT.
   Ends at once on TERM, as a program does that knows nothing of us. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 8192, EVENTS = 256 };

static unsigned char matched[CONNECTIONS]; /* how much of the empty line at the end of a head each connection has sent */

int main(int count, char **arguments) {
  static const char end[] = "\r\n\r\n";
  const char *port = getenv("PORT");
  uint64_t start = 0;
  if (count != 2 || !port || getrandom(&start, sizeof start, 0) != sizeof start) {
    fprintf(stderr, "usage: PORT=... hello NAME\n");
    return 2;
  }
  char body[256], answer[512];
  int body_size = snprintf(body, sizeof body, "%s %016llx\n", arguments[1], (unsigned long long)start);
  int size = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", body_size, body);

  int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
    perror("listen");
    return 1;
  }
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int ready = epoll_wait(poll, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        int client;
        while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          if (client >= CONNECTIONS) {
            close(client);
            continue;
          }
          matched[client] = 0;
          setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          event.events = EPOLLIN;
          event.data.fd = client;
          epoll_ctl(poll, EPOLL_CTL_ADD, client, &event);
        }
        continue;
      }
      char input[4096];
      ssize_t got = read(fd, input, sizeof input);
      if (got <= 0) {
        if (got == 0 || errno != EAGAIN) close(fd);
        continue;
      }
      for (ssize_t at = 0; at < got; at++) {
        matched[fd] = input[at] == end[matched[fd]] ? matched[fd] + 1 : input[at] == '\r';
        if (matched[fd] == 4) {
          matched[fd] = 0;
          if (write(fd, answer, (size_t)size) != size) {
            close(fd);
            break;
          }
        }
      }
    }
  }
}
