/* Inside core/eval: the protocols, for the table. */
#ifndef SSL_EVAL_PROTOCOLS_H
#define SSL_EVAL_PROTOCOLS_H

#include "core/eval/protocol.h"

extern const struct protocol protocol_knn, protocol_linear, protocol_finetune;

#endif
