/*
 * Views as tensors on the device of a tape. A device that has a kernel for them (views_apply of struct
 * kernels) makes them itself, from 8-bit pixels and plans, which take less time to copy than what is
 * made of them. Otherwise they are made on the host, in parallel.
 */
#ifndef SSL_AUGMENT_VIEWS_H
#define SSL_AUGMENT_VIEWS_H

#include "core/augment/plan.h"
#include "core/data/dataset.h"
#include "core/tensor/tape.h"

/* The images of a dataset that are trained on, in the memory of a device. */
struct device_images {
	const struct device *device;
	uint8_t *pixels; /* the train images, then the unlabeled ones; NULL: they are not there */
	size_t bytes;
};

/* Uploads them if the device makes views and they take at most half of its free memory. */
void device_images_init(struct device_images *m, const struct dataset *d,
			const struct device *device);
void device_images_release(struct device_images *m);

/* {n, out_height, out_width, channels}: view i is made of the pixels at image[i], on the host, by plan[i]; plan
 * NULL: it is only resized and normalised. The tensor is in the memory of the tape. */
struct tensor *views_make(struct tape *t, const struct augment_fixed *f,
			  const struct augment_plan *plan, const uint8_t *const *image, int n);

/* For a device that makes views: n images of the host in the memory of the tape, one after the other. */
const uint8_t *views_upload(struct tape *t, const struct augment_fixed *f,
			    const uint8_t *const *image, int n);

#endif
