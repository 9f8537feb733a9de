#include "config.h"

#include "wire/neg-message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-message-private.h"

/* How much is asked for at a time: memory grows with what arrives, not with what a header announces. */
#define RECEIVE_STEP_BYTES 65536

typedef union {
  struct cmsghdr header; /* for its alignment */
  char bytes[CMSG_SPACE (NEG_SCAN_BATCH_MAX * sizeof (int))];
} NegControl;

static void
attach_descriptors (struct msghdr *message, NegControl *control, const int *fds, guint n_fds)
{
  struct cmsghdr *part;

  if (n_fds == 0)
    return;
  memset (control, 0, sizeof *control);
  message->msg_control = control->bytes;
  message->msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
  part = CMSG_FIRSTHDR (message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN (n_fds * sizeof (int));
  memcpy (CMSG_DATA (part), fds, n_fds * sizeof (int));
}

gssize
_neg_message_send_part (int socket, const guint8 *bytes, gsize length, const int *fds, guint n_fds)
{
  NegControl control;
  struct iovec vector = { .iov_base = (void *) bytes, .iov_len = length };
  struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
  gssize sent;

  attach_descriptors (&message, &control, fds, n_fds);
  do
    sent = sendmsg (socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent;
}

gboolean
neg_message_send (int socket, const NegMessageHeader *header, const guint8 *body, const int *fds, GError **error)
{
  gsize length = NEG_MESSAGE_HEADER_BYTES + (gsize) header->body_length;
  g_autofree guint8 *bytes = g_try_malloc (length);

  if (bytes == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a message of %zu bytes", length);
  if (header->n_fds > NEG_SCAN_BATCH_MAX)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message with %u descriptors", header->n_fds);
  neg_message_header_write (header, bytes);
  if (header->body_length > 0)
    memcpy (bytes + NEG_MESSAGE_HEADER_BYTES, body, header->body_length);
  for (gsize done = 0; done < length;) {
    gssize sent = _neg_message_send_part (socket, bytes + done, length - done, fds, done == 0 ? header->n_fds : 0);

    if (sent < 0)
      return neg_fail (error, NEG_ERROR_ABORTED, NULL, "sending to the other program: %s", g_strerror (errno));
    done += sent;
  }
  return TRUE;
}

static void
close_all (GArray *fds)
{
  for (guint i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
  g_array_set_size (fds, 0);
}

/* Whatever the kernel installed is in @fds afterwards, so that nothing leaks when the message turns out wrong. */
static gboolean
take_descriptors (struct msghdr *message, GArray *fds)
{
  gboolean complete = (message->msg_flags & MSG_CTRUNC) == 0;

  for (struct cmsghdr *part = CMSG_FIRSTHDR (message); part != NULL; part = CMSG_NXTHDR (message, part))
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS) {
      gsize n = (part->cmsg_len - CMSG_LEN (0)) / sizeof (int);

      for (gsize i = 0; i < n; i++) {
        int fd;

        memcpy (&fd, CMSG_DATA (part) + i * sizeof fd, sizeof fd);
        g_array_append_val (fds, fd);
      }
    }
  return complete;
}

/* As _neg_message_receive_part(), for the side that is handed descriptors. */
static gssize
receive_with_descriptors (int socket, guint8 *target, gsize length, GArray *fds)
{
  NegControl control;
  struct iovec vector = { .iov_base = target, .iov_len = length };
  struct msghdr message = {
    .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes,
  };
  gssize n;

  do
    n = recvmsg (socket, &message, MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n >= 0 && !take_descriptors (&message, fds)) {
    errno = EBADMSG;
    return -1;
  }
  return n;
}

static gboolean
receive_exactly (int socket, guint8 *target, gsize length, GArray *fds, GError **error)
{
  for (gsize done = 0; done < length;) {
    gboolean is_wrong = FALSE;
    gssize n = fds ? receive_with_descriptors (socket, target + done, length - done, fds)
                   : _neg_message_receive_part (socket, target + done, length - done, &is_wrong);

    if (is_wrong || (n < 0 && errno == EBADMSG))
      return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "descriptors that belong to no message");
    if (n <= 0)
      return neg_fail (error, NEG_ERROR_ABORTED, NULL, "the other program closed the connection");
    done += n;
  }
  return TRUE;
}

gssize
_neg_message_receive_part (int socket, guint8 *target, gsize length, gboolean *has_descriptor)
{
  struct iovec vector = { .iov_base = target, .iov_len = length };
  struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
  gssize n;

  do
    n = recvmsg (socket, &message, 0);
  while (n < 0 && errno == EINTR);
  *has_descriptor = n >= 0 && (message.msg_flags & MSG_CTRUNC) != 0;
  return n;
}

static gboolean
receive_body (int socket, guint32 length, GByteArray *body, GError **error)
{
  while (body->len < length) {
    guint start = body->len;
    guint step = MIN (RECEIVE_STEP_BYTES, length - start);

    g_byte_array_set_size (body, start + step);
    if (!receive_exactly (socket, body->data + start, step, NULL, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_length (const NegMessageHeader *header, guint32 body_max, GError **error)
{
  if (header->body_length <= body_max)
    return TRUE;
  return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message of %u bytes", header->body_length);
}

gboolean
neg_message_receive (int socket, NegMessageHeader *header, GByteArray *body, GArray *fds, GError **error)
{
  return _neg_message_receive_within (socket, NEG_MESSAGE_BODY_MAX, header, body, fds, error);
}

gboolean
_neg_message_receive_within (int socket, guint32 body_max, NegMessageHeader *header, GByteArray *body, GArray *fds,
                             GError **error)
{
  guint8 bytes[NEG_MESSAGE_HEADER_BYTES];

  g_byte_array_set_size (body, 0);
  g_array_set_size (fds, 0);
  if (!receive_exactly (socket, bytes, sizeof bytes, fds, error) || !neg_message_header_read (header, bytes, error)
      || !check_length (header, body_max, error) || !receive_body (socket, header->body_length, body, error)) {
    close_all (fds);
    return FALSE;
  }
  if (fds->len != header->n_fds) {
    neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "%u descriptors where %u were announced", fds->len, header->n_fds);
    close_all (fds);
    return FALSE;
  }
  return TRUE;
}
