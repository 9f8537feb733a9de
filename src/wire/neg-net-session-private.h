/* What starting a network engine and talking to it share. */
#pragma once

#include "wire/neg-net-session.h"

G_BEGIN_DECLS

/* How long an engine may take from its start to READY. */
#define NEG_NET_START_MS 20000

struct _NegNetSession {
  NegNetEngines *engines; /* its thread must live as long as the process */
  int socket;
  gint64 started_us;

  /* Of whoever uses the session */
  gboolean is_cancel_sent;

  GMutex send_lock; /* one message after the other */
  GMutex lock;      /* guards what follows */
  int pid;     /* 0: reaped */
  int status;  /* of waitpid() */
  gboolean is_killed;
};

/* An engine that was just started, or is about to say READY. Waits for the starting thread. */
NegNetSession *_neg_net_engines_take (NegNetEngines *engines, GError **error);
/* @session's process is gone. */
void _neg_net_engines_release (NegNetEngines *engines);

/* Started on the calling thread, which has to outlive it. */
NegNetSession *_neg_net_session_start (NegNetEngines *engines, const char *program, char **environment,
                                       GError **error);
/* Kills and reaps; does not tell @session->engines. */
void _neg_net_session_end (NegNetSession *session, guint grace_ms);

G_END_DECLS
