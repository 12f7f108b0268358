#include "core/tensor/npy.h"

static const struct {
	const char *name, *descr;
} types[] = {
    [NPY_F32] = {"float32", "<f4"}, [NPY_I64] = {"int64", "<i8"}, [NPY_U8] = {"uint8", "|u1"}};

const char *npy_type_name(enum npy_type type)
{
	return types[type].name;
}

void npy_header(enum npy_type type, const int64_t *shape, int ndim, struct strbuf *out)
{
	enum { ALIGN = 64, PREFIX = 10 };
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "{'descr': '%s', 'fortran_order': False, 'shape': (", types[type].descr);
	for (int i = 0; i < ndim; i++) {
		strbuf_add_int(&text, shape[i]);
		strbuf_adds(&text, i + 1 < ndim ? ", " : ndim == 1 ? "," : "");
	}
	strbuf_adds(&text, "), }");
	while ((PREFIX + text.len + 1) % ALIGN)
		strbuf_addc(&text, ' ');
	strbuf_addc(&text, '\n');
	strbuf_add(out, "\x93NUMPY\x01\x00", 8);
	strbuf_addc(out, (char)(text.len & 0xff));
	strbuf_addc(out, (char)(text.len >> 8));
	strbuf_add(out, text.buf, text.len);
	strbuf_release(&text);
}
