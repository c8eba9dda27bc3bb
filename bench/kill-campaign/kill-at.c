/*
 * A library to be preloaded that counts the calls by which its process changes files under KILL_ROOT, and ends the
 * process with SIGKILL at the KILL_AT-th one (from 1; 0: never): before it, halfway through a write, or after it, as
 * KILL_MODE says ("before", "half", "after"). Every call is a line "name path" in KILL_LOG. Processes started by this one
 * are left alone. Whatever makes the calls: Node, or a library of native code.
 *
 *   cc -shared -fPIC -O1 -o kill-at.so kill-at.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *root;
static size_t root_length;
static long kill_at;
static char mode = 'b';
static int log_file = -1;
static atomic_long calls;

__attribute__((constructor)) static void begin(void) {
  root = getenv("KILL_ROOT");
  if (root == NULL || getenv("KILL_TAKEN") != NULL) {
    root = NULL;
    return;
  }
  setenv("KILL_TAKEN", "1", 1);
  root_length = strlen(root);
  if (getenv("KILL_AT") != NULL) kill_at = atol(getenv("KILL_AT"));
  if (getenv("KILL_MODE") != NULL) mode = getenv("KILL_MODE")[0];
  if (getenv("KILL_LOG") != NULL) log_file = open(getenv("KILL_LOG"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* The mode if this call is the one, 0 otherwise. */
static char count(const char *name, const char *path) {
  char line[PATH_MAX + 64];
  if (strncmp(path, root, root_length) != 0) return 0;
  long number = atomic_fetch_add(&calls, 1) + 1;
  if (log_file >= 0) {
    int length = snprintf(line, sizeof line, "%s %s\n", name, path + root_length);
    syscall(SYS_write, log_file, line, (size_t)length);
  }
  return number == kill_at ? mode : 0;
}

static char count_path(const char *name, int folder, const char *path) {
  char whole[2 * PATH_MAX], link[64];
  if (root == NULL) return 0;
  if (path[0] == '/') return count(name, path);
  if (folder == AT_FDCWD) {
    if (getcwd(whole, PATH_MAX) == NULL) return 0;
  } else {
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, whole, PATH_MAX - 1);
    if (length < 0) return 0;
    whole[length] = 0;
  }
  size_t length = strlen(whole);
  snprintf(whole + length, sizeof whole - length, "/%s", path);
  return count(name, whole);
}

static char count_file(const char *name, int file) {
  char path[PATH_MAX], link[64];
  if (root == NULL || file <= 2 || file == log_file) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return count(name, path);
}

#define REAL(name) \
  static __typeof__(name) *real; \
  if (real == NULL) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* A call that has no half: it is made or not. */
#define WHOLE(found, call) \
  char when = found; \
  if (when == 'b' || when == 'h') die(); \
  __typeof__(call) result = call; \
  if (when == 'a') die(); \
  return result

#define PARTS(found, half, call) \
  char when = found; \
  if (when == 'b') die(); \
  if (when == 'h') { \
    (void)!half; \
    die(); \
  } \
  ssize_t result = call; \
  if (when == 'a') die(); \
  return result

ssize_t write(int file, const void *bytes, size_t length) {
  REAL(write);
  PARTS(count_file("write", file), real(file, bytes, length / 2), real(file, bytes, length));
}
ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
  REAL(pwrite);
  PARTS(count_file("write", file), real(file, bytes, length / 2, at), real(file, bytes, length, at));
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
  REAL(pwrite64);
  PARTS(count_file("write", file), real(file, bytes, length / 2, at), real(file, bytes, length, at));
}
/* Half of what comes in several pieces: the first half of the first one and nothing of the others. */
static ssize_t half_of_first(int file, const struct iovec *pieces, off64_t at) {
  return pwrite64(file, pieces[0].iov_base, pieces[0].iov_len / 2, at);
}
ssize_t writev(int file, const struct iovec *pieces, int count) {
  REAL(writev);
  PARTS(count_file("write", file), syscall(SYS_write, file, pieces[0].iov_base, pieces[0].iov_len / 2),
        real(file, pieces, count));
}
ssize_t pwritev(int file, const struct iovec *pieces, int count, off_t at) {
  REAL(pwritev);
  PARTS(count_file("write", file), half_of_first(file, pieces, at), real(file, pieces, count, at));
}
ssize_t pwritev64(int file, const struct iovec *pieces, int count, off64_t at) {
  REAL(pwritev64);
  PARTS(count_file("write", file), half_of_first(file, pieces, at), real(file, pieces, count, at));
}
ssize_t sendfile(int to, int from, off_t *at, size_t length) {
  REAL(sendfile);
  PARTS(count_file("write", to), real(to, from, at, length / 2), real(to, from, at, length));
}
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
  REAL(copy_file_range);
  PARTS(count_file("write", to), real(from, from_at, to, to_at, length / 2, flags),
        real(from, from_at, to, to_at, length, flags));
}
int ftruncate(int file, off_t length) {
  REAL(ftruncate);
  WHOLE(count_file("truncate", file), real(file, length));
}
int ftruncate64(int file, off64_t length) {
  REAL(ftruncate64);
  WHOLE(count_file("truncate", file), real(file, length));
}
int rename(const char *from, const char *to) {
  REAL(rename);
  WHOLE(count_path("rename", AT_FDCWD, to), real(from, to));
}
int unlink(const char *path) {
  REAL(unlink);
  WHOLE(count_path("unlink", AT_FDCWD, path), real(path));
}
int unlinkat(int folder, const char *path, int flags) {
  REAL(unlinkat);
  WHOLE(count_path("unlink", folder, path), real(folder, path, flags));
}
int rmdir(const char *path) {
  REAL(rmdir);
  WHOLE(count_path("rmdir", AT_FDCWD, path), real(path));
}
int mkdir(const char *path, mode_t rights) {
  REAL(mkdir);
  WHOLE(count_path("mkdir", AT_FDCWD, path), real(path, rights));
}
int link(const char *from, const char *to) {
  REAL(link);
  WHOLE(count_path("link", AT_FDCWD, to), real(from, to));
}
int symlink(const char *target, const char *path) {
  REAL(symlink);
  WHOLE(count_path("symlink", AT_FDCWD, path), real(target, path));
}
