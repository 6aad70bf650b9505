// Tests of pods' scripts that run here too run them as small images do.
process.env.TEST_SHELL = 'busybox';
