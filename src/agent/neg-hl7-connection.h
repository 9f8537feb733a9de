/* One connection of a sender of HL7 messages: its bytes are framed, and each message is taken (neg-hl7-intake) and answered
 * before the next one is looked at. Between messages it needs no thread.
 * Thread: one at a time. */
#pragma once

#include "agent/neg-agent.h"
#include "agent/neg-refusals.h"

G_BEGIN_DECLS

/* What all connections of the port share. */
typedef struct {
  NegAgent *agent;
  GTlsCertificate *certificate; /* nullable: no TLS */
  GTlsDatabase *client_ca;      /* nullable: senders need no certificate */
  NegRefusals *refusals;
  GCancellable *cancellable;    /* of everything that waits */
  GMutex large;                 /* one large message is worked at */
  GMutex lock;                  /* of the next one */
  gsize held_bytes;             /* of all messages, whole or not, that connections hold */
} NegHl7Service;

void neg_hl7_service_init (NegHl7Service *service, NegAgent *agent);
void neg_hl7_service_clear (NegHl7Service *service);

typedef struct _NegHl7Connection NegHl7Connection;

/* Takes @socket, closes it when it fails. */
NegHl7Connection *neg_hl7_connection_new (NegHl7Service *service, int socket, const char *address, GError **error);
void neg_hl7_connection_free (NegHl7Connection *connection); /* at once; waits for nobody */

typedef enum {
  NEG_HL7_WAIT_CLOSED, /* over: free it */
  NEG_HL7_WAIT_IDLE,   /* for the next message, however long that takes */
  NEG_HL7_WAIT_MORE,   /* in a message: NEG_HL7_STALLED_S at most */
  NEG_HL7_WAIT_END,    /* for nothing but the CR behind 1C: NEG_HL7_FRAMER_PATIENCE_MS at most */
} NegHl7Wait;

#define NEG_HL7_STALLED_S 60

/* Reads, takes and answers what there is; returns when nothing more comes. May wait for the disk. */
NegHl7Wait neg_hl7_connection_run (NegHl7Connection *connection);
/* The time of what it waited for is over. */
NegHl7Wait neg_hl7_connection_give_up (NegHl7Connection *connection, NegHl7Wait waited_for);
/* Not let in: closed, and audited. */
void neg_hl7_connection_refuse (NegHl7Connection *connection);

int neg_hl7_connection_get_fd (const NegHl7Connection *connection);
const char *neg_hl7_connection_get_address (const NegHl7Connection *connection);
/* A whole message has come by it. */
gboolean neg_hl7_connection_has_spoken (const NegHl7Connection *connection);

G_END_DECLS
