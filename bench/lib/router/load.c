/* Loads a proxy in the ways that wrk and h2load do not know, and is the app of its WebSockets. One thread; results as one line of JSON.

   load rate PORT HOST CONNECTIONS PER_SECOND SECONDS   an open loop: a request is due at its time, whether or not answers came. Its latency counts from when
                                                        it was due, so a proxy that stalls pays for all who would have come meanwhile (no coordinated omission)
   load hold PORT HOST CONNECTIONS                      one request on each connection, then all stay open and idle until the end of the input
   load websockets PORT HOST CONNECTIONS SECONDS        each connection sends a message of 64 bytes, waits for its echo, and sends the next
   load echo PORT                                       accepts any WebSocket and sends back what comes, to the byte

   A request fails when its answer is not a 200, is cut short, or has not come 10 s after it was due. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, HEAD = 4096, PATIENCE_SECONDS = 10, MESSAGE = 64, FRAME = 2 + 4 + MESSAGE };

typedef struct {
  int file;
  int head_size;   /* of the answer's head, as far as it came */
  long body_left;  /* -1 while the head is not complete */
  int64_t due;     /* of the request that waits for its answer; 0 for none */
  long first_late; /* of those that are due and not sent: an index into the schedule, -1 for none */
  long last_late;
  int frame_left;
  char head[HEAD + 1];
} Connection;

static int64_t *latencies; /* microseconds of what was answered */
static long *next_late;    /* the request that waits behind this one on its connection */
static long answered, failed;
static int events_file;
static int port;
static char request[512];
static int request_size;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void watch(int file, void *data) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = data};
  if (epoll_ctl(events_file, EPOLL_CTL_ADD, file, &event)) die("epoll_ctl");
}

static void open_connection(Connection *connection) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int one = 1;
  connection->file = socket(AF_INET, SOCK_STREAM, 0);
  if (connection->file < 0 || connect(connection->file, (struct sockaddr *)&address, sizeof address)) die("connect");
  setsockopt(connection->file, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  connection->head_size = 0;
  connection->body_left = -1;
  watch(connection->file, connection);
}

static void send_all(int file, const char *bytes, int size) {
  /* What is sent here fits any socket's buffer; a peer that has gone is noticed on reading. */
  if (send(file, bytes, size, MSG_NOSIGNAL) != size && errno != EPIPE && errno != ECONNRESET) die("send");
}

/* Returns what is over of the input once the head is complete, -1 before. */
static int read_head(Connection *connection, const char *bytes, int size) {
  int before = connection->head_size, room = HEAD - before, taken = size < room ? size : room;
  memcpy(connection->head + before, bytes, taken);
  connection->head_size = before + taken;
  connection->head[connection->head_size] = 0;
  char *end = strstr(connection->head, "\r\n\r\n");
  if (!end) {
    if (taken < size) die("an answer with a head beyond 4 KiB");
    return -1;
  }
  char *length = strcasestr(connection->head, "\r\nContent-Length:");
  connection->body_left = length && length < end ? atol(length + 17) : 0;
  return size - ((int)(end + 4 - connection->head) - before);
}

static int is_ok(const Connection *connection, const char *status) { return !strncmp(connection->head, "HTTP/1.1 ", 9) && !strncmp(connection->head + 9, status, 3); }

static int by_size(const void *one, const void *other) {
  int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
  return a < b ? -1 : a > b;
}

static double share(double part) { return answered ? latencies[(long)((answered - 1) * part)] / 1000.0 : 0; }

static void print_latencies(double seconds) {
  qsort(latencies, answered, sizeof *latencies, by_size);
  printf("{\"answered\":%ld,\"failed\":%ld,\"per_second\":%.1f,\"median_ms\":%.3f,\"p99_ms\":%.3f,\"most_ms\":%.3f}\n", answered, failed, answered / seconds,
         share(0.5), share(0.99), share(1));
}

/* The next request of the connection that is due, if any. */
static void send_next(Connection *connection, int64_t began, int64_t gap) {
  long next = connection->first_late;
  if (connection->due || next < 0) return;
  connection->first_late = next_late[next];
  connection->due = began + next * gap;
  connection->head_size = 0;
  connection->body_left = -1;
  send_all(connection->file, request, request_size);
}

static void end_exchange(Connection *connection, int good) {
  if (good) {
    latencies[answered++] = (now() - connection->due) / 1000;
  } else {
    failed++;
  }
  connection->due = 0;
}

static void rate(int count, long per_second, int seconds) {
  long all = per_second * seconds, sent = 0;
  int64_t gap = 1000000000LL / per_second;
  latencies = calloc(all, sizeof *latencies);
  next_late = calloc(all, sizeof *next_late);
  Connection *connections = calloc(count, sizeof *connections);
  static char buffer[256 * 1024];
  for (int i = 0; i < count; i++) {
    connections[i].first_late = -1;
    open_connection(&connections[i]);
  }
  int64_t began = now() + 1000000, deadline = began + all * gap + PATIENCE_SECONDS * 1000000000LL;
  struct epoll_event events[EVENTS];
  while (answered + failed < all && now() < deadline) {
    int64_t time = now();
    for (; sent < all && began + sent * gap <= time; sent++) {
      Connection *connection = &connections[sent % count];
      next_late[sent] = -1;
      if (connection->first_late < 0) {
        connection->first_late = sent;
      } else {
        next_late[connection->last_late] = sent;
      }
      connection->last_late = sent;
      send_next(connection, began, gap);
    }
    int64_t until = sent < all ? began + sent * gap - now() : 100000000;
    struct timespec patience = {.tv_nsec = until < 0 ? 0 : until};
    int ready = epoll_pwait2(events_file, events, EVENTS, &patience, NULL);
    for (int i = 0; i < ready; i++) {
      Connection *connection = events[i].data.ptr;
      int size = recv(connection->file, buffer, sizeof buffer, 0);
      if (size <= 0) {
        close(connection->file);
        if (connection->due) end_exchange(connection, 0);
        open_connection(connection);
      } else {
        int body = connection->body_left < 0 ? read_head(connection, buffer, size) : size;
        if (body >= 0) connection->body_left -= body;
        if (connection->body_left == 0 && connection->due) end_exchange(connection, is_ok(connection, "200"));
      }
      send_next(connection, began, gap);
    }
  }
  failed = all - answered;
  print_latencies((now() - began) / 1e9);
}

static void hold(int count) {
  Connection *connections = calloc(count, sizeof *connections);
  static char buffer[256 * 1024];
  for (int i = 0; i < count; i++) {
    Connection *connection = &connections[i];
    open_connection(connection);
    send_all(connection->file, request, request_size);
    while (connection->body_left) {
      int size = recv(connection->file, buffer, sizeof buffer, 0);
      if (size <= 0) die("an answer that was cut short");
      int body = connection->body_left < 0 ? read_head(connection, buffer, size) : size;
      if (body >= 0) connection->body_left -= body;
    }
    if (!is_ok(connection, "200")) die(connection->head);
  }
  printf("{\"held\":%d}\n", count);
  fflush(stdout);
  while (read(0, buffer, sizeof buffer) > 0) {
  }
}

static void websockets(int count, int seconds) {
  Connection *connections = calloc(count, sizeof *connections);
  static char buffer[64 * 1024];
  char frame[FRAME] = {(char)0x82, (char)(0x80 | MESSAGE)}; /* binary, masked with zeros */
  long most = 4000000;
  latencies = calloc(most, sizeof *latencies);
  for (int i = 0; i < count; i++) {
    Connection *connection = &connections[i];
    open_connection(connection);
    send_all(connection->file, request, request_size);
    while (connection->body_left < 0) {
      int size = recv(connection->file, buffer, sizeof buffer, 0);
      if (size <= 0) die("no WebSocket");
      read_head(connection, buffer, size);
    }
    if (!is_ok(connection, "101")) die(connection->head);
  }
  int64_t began = now();
  for (int i = 0; i < count; i++) {
    connections[i].due = now();
    connections[i].frame_left = FRAME;
    send_all(connections[i].file, frame, FRAME);
  }
  struct epoll_event events[EVENTS];
  while (now() - began < seconds * 1000000000LL && answered < most) {
    int ready = epoll_wait(events_file, events, EVENTS, 100);
    for (int i = 0; i < ready && answered < most; i++) {
      Connection *connection = events[i].data.ptr;
      int size = recv(connection->file, buffer, sizeof buffer, 0);
      if (size <= 0) die("a WebSocket ended");
      connection->frame_left -= size;
      if (connection->frame_left == 0) {
        end_exchange(connection, 1);
        connection->due = now();
        connection->frame_left = FRAME;
        send_all(connection->file, frame, FRAME);
      }
    }
  }
  print_latencies((now() - began) / 1e9);
}

static void echo(void) {
  /* The answer to the key that this program sends; nobody else calls. */
  static const char accepted[] = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  static char buffer[64 * 1024];
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) die("listen");
  watch(listener, NULL);
  struct epoll_event events[EVENTS];
  for (;;) {
    int ready = epoll_wait(events_file, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      Connection *connection = events[i].data.ptr;
      if (!connection) {
        connection = calloc(1, sizeof *connection);
        connection->file = accept(listener, NULL, NULL);
        connection->body_left = -1;
        setsockopt(connection->file, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(connection->file, connection);
        continue;
      }
      int size = recv(connection->file, buffer, sizeof buffer, 0);
      if (size <= 0) {
        close(connection->file);
        free(connection);
      } else if (connection->body_left >= 0) {
        send_all(connection->file, buffer, size);
      } else if (read_head(connection, buffer, size) >= 0) {
        send_all(connection->file, accepted, sizeof accepted - 1);
      }
    }
  }
}

int main(int count, char **words) {
  const char *mode = count > 2 ? words[1] : "";
  port = count > 2 ? atoi(words[2]) : 0;
  events_file = epoll_create1(0);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  int is_websocket = !strcmp(mode, "websockets");
  if (count > 3)
    request_size = snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: %s\r\n%s\r\n", words[3],
                            is_websocket ? "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" : "");
  if (!strcmp(mode, "rate") && count == 7) {
    rate(atoi(words[4]), atol(words[5]), atoi(words[6]));
  } else if (!strcmp(mode, "hold") && count == 5) {
    hold(atoi(words[4]));
  } else if (is_websocket && count == 6) {
    websockets(atoi(words[4]), atoi(words[5]));
  } else if (!strcmp(mode, "echo") && count == 3) {
    echo();
  } else {
    fprintf(stderr, "usage: load rate|hold|websockets|echo PORT ..., see the head of load.c\n");
    return 2;
  }
  return 0;
}
